from engines import (  # noqa: F401
    disposable_engine,
    engine_host,
    locked_registry,
    oracle,
    own_name,
    registry,
)
