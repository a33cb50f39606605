# A server for a class: docs/serving.md. What it writes is in /data alone; secrets come by a mount, never into an image.
FROM python:3.11-slim-bookworm

ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1

WORKDIR /app
COPY requirements.txt requirements-serve.txt constraints.txt ./
RUN pip install -r requirements-serve.txt
COPY .streamlit/config.toml .streamlit/config.toml
COPY app.py ./
COPY core core
COPY pages pages
COPY models models

# No root, and a number that the volume's owner can be set to.
RUN useradd --uid 10001 --no-create-home --home-dir /tmp --shell /usr/sbin/nologin pixelwise \
    && install -d -o pixelwise -g pixelwise /data
USER 10001
ENV HOME=/tmp PIXELWISE_HOME=/data
VOLUME /data
EXPOSE 8501

HEALTHCHECK --interval=30s --timeout=5s --start-period=40s --retries=3 \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8501/_stcore/health', timeout=4)"]

# SIGTERM ends the server; trainings go on until the container does, and are resumed by hand.
ENTRYPOINT ["python", "-m", "core", "serve", "--secrets", "/run/secrets/pixelwise.toml"]
