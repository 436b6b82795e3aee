"""The modules of `aileron.serve` that a package takes along, by task contract.

They are imported by name, so that the cache key of a step that packages covers their code.
"""

from __future__ import annotations

from types import ModuleType


def common_modules() -> tuple[ModuleType, ...]:
    """What every service needs."""
    import aileron.serve
    from aileron.serve import __main__ as entry
    from aileron.serve import (
        app,
        body,
        contracts,
        dates,
        encoding,
        errors,
        front,
        identifiers,
        imports,
        main,
        metrics,
        model,
        openapi,
        picture_errors,
        protocol,
        server,
        service,
        text,
    )

    return (
        *(aileron.serve, entry, app, body, contracts, dates, encoding, errors, front, identifiers),
        *(imports, main, metrics, model, openapi, picture_errors, protocol, server, service, text),
    )


def table_modules() -> tuple[ModuleType, ...]:
    """What the service of a table model needs."""
    from aileron.serve import inference, predict, schema, table_service

    return (*common_modules(), inference, predict, schema, table_service)


def image_modules() -> tuple[ModuleType, ...]:
    """What the service of a model of pictures needs."""
    from aileron.serve import (
        image_inference,
        image_model,
        image_predict,
        image_request,
        image_schema,
        image_service,
        picture_formats,
        pictures,
        pool,
    )

    return (
        *(*common_modules(), image_inference, image_model, image_predict, image_request),
        *(image_schema, image_service, picture_formats, pictures, pool),
    )


def custom_modules() -> tuple[ModuleType, ...]:
    """What the service of a custom job's model needs."""
    from aileron.serve import custom_contract, custom_model, custom_service, pool

    return (*common_modules(), custom_contract, custom_model, custom_service, pool)


def runtime_modules() -> tuple[ModuleType, ...]:
    """All of them, of any contract."""
    return tuple(dict.fromkeys((*table_modules(), *image_modules(), *custom_modules())))
