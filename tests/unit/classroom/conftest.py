from tests.unit.spaces.served import served  # noqa: F401 a fixture
