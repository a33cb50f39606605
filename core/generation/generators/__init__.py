"""The ways to train a network that makes images: a file and a line here each."""

from core.generation.generators.base import Generator as Generator
from core.generation.generators.flow_matching import FlowMatching as FlowMatching
from core.generation.generators.gan import GAN as GAN
from core.settings import registry

GENERATORS: dict[str, type[Generator]] = registry(Generator, globals())
