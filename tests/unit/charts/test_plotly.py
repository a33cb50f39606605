import subprocess
import sys

from tests.paths import PROJECT

# Pandas stands half imported for a second, as it may on a busy machine while another session begins.
SCRIPT = """
import sys, threading, time

begun = threading.Event()

class Slow:
    def find_spec(self, name, path=None, target=None):
        if name == "pandas.core.api":
            begun.set()
            time.sleep(1)

sys.meta_path.insert(0, Slow())
thread = threading.Thread(target=__import__, args=("pandas",))
thread.start()
begun.wait()
from core.charts import figures
figures.ranking([("cat", 0.9), ("dog", 0.1)])
thread.join()
"""


def test_a_chart_is_drawn_while_another_thread_imports_pandas() -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT], cwd=PROJECT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-500:]
