"""A context of dbt's templates that makes what it holds when a template looks it up.

Each node has two contexts, and each macro that the adapter runs has another one. Dbt fills
all of them with some hundred values and every macro of all packages; a template reads a few
of these.
"""

import contextlib
from collections import ChainMap
from collections.abc import Callable, Iterator, Mapping
from typing import Any

SECTIONS_OF_GRAPH = (
    "exposures",
    "functions",
    "groups",
    "metrics",
    "nodes",
    "sources",
    "semantic_models",
    "saved_queries",
)


class LateDict(dict[str, Any]):
    """A dict that makes each value when it is first looked up.

    Its attributes have private names: a template would find `make` before a macro of that
    name.

    Args:
        layers: what values are made of, by name; an earlier layer hides a later one.
        make: makes a value.
    """

    def __init__(
        self,
        *layers: Mapping[str, Any],
        make: Callable[[Any], Any] = lambda value: value,
    ) -> None:
        super().__init__()
        self._make = make
        self._fill(*layers)

    def _fill(self, *layers: Mapping[str, Any]) -> None:
        """Say what values are made of; the layers must not change any more."""
        self._layers = layers
        self._unknown: set[object] = set()

    def __missing__(self, name: str) -> Any:
        for layer in self._layers:
            if name in layer:
                value = self[name] = self._make(layer[name])
                return value
        raise KeyError(name)

    def __contains__(self, name: object) -> bool:
        if super().__contains__(name):
            return True
        if name not in self._unknown:
            for layer in self._layers:
                if name in layer:
                    return True
            self._unknown.add(name)
        return False

    def get(self, name: str, default: Any = None) -> Any:
        try:
            return self[name]
        except KeyError:
            return default

    def _complete(self) -> None:
        """Make all values."""
        for layer in self._layers:
            for name in layer:
                self[name]
        self._fill()

    def __iter__(self) -> Iterator[str]:
        self._complete()
        return super().__iter__()

    def __bool__(self) -> bool:
        # Jinja asks each time it renders a template.
        return super().__len__() > 0 or any(self._layers)

    def __len__(self) -> int:
        self._complete()
        return super().__len__()

    def keys(self) -> Any:
        self._complete()
        return super().keys()

    def values(self) -> Any:
        self._complete()
        return super().values()

    def items(self) -> Any:
        self._complete()
        return super().items()

    def copy(self) -> dict[str, Any]:
        return dict(self.items())


class Names(ChainMap[str, Any]):
    """What a template knows: the names of its context, then those of all templates."""

    def __contains__(self, name: object) -> bool:
        first, second = self.maps
        return name in first or name in second


def make_contexts_late() -> None:
    """Fill the contexts of templates when they are read.

    If a later dbt has other names for a part, nothing is replaced: dbt works as it comes.
    """
    with contextlib.suppress(ImportError, AttributeError):
        replaced = _replacements()
        for owner, name, _ in replaced:
            getattr(owner, name)
        for owner, name, part in replaced:
            setattr(owner, name, part)


def _replacements() -> tuple[tuple[Any, str, Any], ...]:
    """What is replaced: the owner, the name of its part, and the new part."""
    from dbt.clients.jinja import MacroGenerator
    from dbt.context.base import BaseContext
    from dbt.context.macro_resolver import TestMacroNamespace
    from dbt.context.macros import MacroNamespace, MacroNamespaceBuilder
    from dbt.context.manifest import ManifestContext
    from dbt.contracts.graph.manifest import Manifest
    from dbt_common.clients.jinja import (
        BaseMacroGenerator,
        MacroFuzzTemplate,
        NativeSandboxTemplate,
    )

    begin: Any = BaseContext.__init__
    fill: Any = ManifestContext.to_dict
    find_macro: Any = BaseMacroGenerator.get_macro

    def begin_late(context: Any, *arguments: Any, **options: Any) -> None:
        begin(context, *arguments, **options)
        context._ctx = LateDict()

    def fill_late(context: Any) -> Any:
        if isinstance(context.namespace, TestMacroNamespace):
            return fill(context)
        # What dbt's own context does when it makes `var`, and later code relies on.
        context.config.load_dependencies()
        members = LateDict(
            context._context_members_,
            make=lambda member: (
                member.__get__(context) if hasattr(member, "__get__") else member
            ),
        )
        context._ctx.update(context=context._ctx, builtins=members)
        macros = context.namespace
        if isinstance(macros, MacroNamespace):
            context._ctx._fill(*macros._search_order(), members)
        else:
            context._ctx._fill(macros, members)
        return context._ctx

    def bind_late(builder: Any, macros_by_package: Any, context: Any) -> Any:
        def bind(macro: Any) -> Any:
            return MacroGenerator(macro, context, builder.node, builder.thread_ctx)

        names = builder.internal_package_names_order
        packages: dict[str, Any] = {
            package: LateDict(macros, make=bind)
            for package, macros in macros_by_package.items()
            if package not in builder.internal_package_names
        }
        is_root = builder.search_package == builder.root_package
        return MacroNamespace(
            local_namespace=packages.get(builder.search_package, {}),
            global_namespace={} if is_root else packages.get(builder.root_package, {}),
            global_project_namespace=LateDict(
                *(macros_by_package.get(name, {}) for name in names), make=bind
            ),
            packages=packages,
        )

    def find_macro_once(generator: Any) -> Any:
        # A generator belongs to one context: its macro is the same at each call.
        if "found" not in vars(generator):
            generator.found = find_macro(generator)
        return generator.found

    def know_names(template: Any, variables: Any = None, *_: Any, **options: Any) -> Any:
        variables = options.get("vars", variables) or {}
        names = Names(variables, template.globals) if template.globals else variables
        environment = template.environment
        return environment.context_class(environment, names, template.name, template.blocks)

    def make_graph_late(manifest: Any) -> None:
        # What a macro sees as `graph`: dbt makes a dict of every node of it.
        manifest.flat_graph = LateDict(
            {section: getattr(manifest, section) for section in SECTIONS_OF_GRAPH},
            make=lambda members: {
                name: member.to_dict(omit_none=False) for name, member in members.items()
            },
        )

    return (
        (Manifest, "build_flat_graph", make_graph_late),
        (BaseContext, "__init__", begin_late),
        (ManifestContext, "to_dict", fill_late),
        (MacroNamespaceBuilder, "build_namespace", bind_late),
        (BaseMacroGenerator, "get_macro", find_macro_once),
        (MacroFuzzTemplate, "new_context", know_names),
        # Dbt's templates of text look into the context; those of values copy it.
        (NativeSandboxTemplate, "new_context", know_names),
    )
