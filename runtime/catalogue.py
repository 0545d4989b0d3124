"""The catalogue: the published definitions of one workspace at one revision, compiled and remembered.

In: the heads of the published definitions (one small statement when the revision moved), their
documents (when a version was never compiled here). Out: `Catalogue`, `AppVersion`, `FormHandle`. Used by
every unit of work; nothing is parsed, checked or built on a warm request. Only the workspace's
revision and version numbers decide what is stale (docs/decisions, "Caches").
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from builder.apps import App, ordered_forms, read_app
from builder.compute import FormPlan, build_plans
from builder.documents import read_form
from builder.fields.base import FieldType
from builder.fields.registry import field_type
from builder.forms import Form, Labels, pick_label
from builder.problems import Problem
from builder.views import View, read_view
from builder.world import build_world
from expressions import Compiled, check, compile_expression
from expressions.world import World
from runtime.errors import NotFoundError
from runtime.store import definition_rows, physical, physical_rows
from runtime.store.physical import RecordTables

if TYPE_CHECKING:
    from runtime.workspaces import Workspace

Thing = TypeVar("Thing")
MOST_CATALOGUES = 64  # workspaces remembered by a process
MOST_APPS = 128  # compiled app versions remembered by a process


class BrokenDefinitionError(Exception):
    """A published definition does not compile: publishing let something through that it must not."""

    def __init__(self, app: str, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(f"app {app}: {[(one.code, one.field, dict(one.params)) for one in self.problems]}")


@dataclass(frozen=True, slots=True)
class ColumnStates:
    """Which stored columns may be read, as (table number, field id).

    `days`: the day (its ordinal) that a daily field, or one that reads a daily field, was computed for."""

    filling: frozenset[tuple[int, str]] = frozenset()
    days: frozenset[tuple[int, str, int]] = frozenset()


@dataclass(frozen=True, slots=True)
class Head:
    """One published definition without its document."""

    app: str
    kind: str
    id: str
    key: str
    version: int
    owner: int | None = None  # a personal view's member
    origin: str | None = None  # of an app: the bundle it was cloned from


@dataclass(frozen=True, eq=False)
class FormHandle:
    """A published form, ready to be used: what `access.open_form` gives out."""

    app: AppVersion
    form: Form
    version: int
    number: int  # its main table is r_<number>
    world: World
    plan: FormPlan
    tables: RecordTables
    document: Mapping[str, Any]
    filling: frozenset[str] = frozenset()  # ids of fields whose stored column may not be read yet
    _compiled: dict[tuple[str, str], Compiled] = field(default_factory=dict, repr=False)

    @property
    def id(self) -> str:
        return self.form.id

    @property
    def key(self) -> str:
        return self.form.key

    def label(self, language: str) -> str:
        return self.form.label(language)

    @cached_property
    def types(self) -> Mapping[str, FieldType]:
        """The field type bound to each field, by field id. Columns of subforms: `column_types`."""
        return {one.id: field_type(one) for one in self.form.fields}

    @cached_property
    def column_types(self) -> Mapping[str, Mapping[str, FieldType]]:
        """For each subform (by field id) the field types of its columns, by column id."""
        return {
            one.id: {column.id: field_type(column) for column in one.subform.fields}
            for one in self.form.fields
            if one.subform
        }

    def is_ready(self, field_id: str) -> bool:
        """Whether a stored column may be read; until then readers use the live expression."""
        return field_id not in self.filling

    def compiled(self, text: str, *, role: str = "condition", within: str | None = None) -> Compiled:
        """An expression of this form's own definition as a function, built once a version.

        `within` is the subform (field id) whose line the text is about."""
        key = (text, f"{role}:{within or ''}")
        found = self._compiled.get(key)
        if found is None:
            checked = check(text, self.world, within or self.form.id, role=role)  # type: ignore[arg-type]
            if checked.node is None:
                raise BrokenDefinitionError(self.app.key, [Problem(one.code) for one in checked.problems])
            found = self._compiled[key] = compile_expression(checked)
        return found


@dataclass(frozen=True, eq=False)
class AppVersion:
    """One app with all its published forms compiled together."""

    id: str  # of this copy of the app; its definition's own id is the same in every clone
    key: str  # of this copy: crm, crm-2
    app: App
    version: int
    document: Mapping[str, Any]
    world: World
    origin: str | None = None  # the bundle it was cloned from
    columns: ColumnStates = ColumnStates()
    memory: dict[Any, Any] = field(default_factory=dict, repr=False)  # statements built for this version
    forms: list[FormHandle] = field(default_factory=list)  # in the order of the navigation
    by_ref: dict[str, FormHandle] = field(default_factory=dict, repr=False)

    @property
    def labels(self) -> Labels:
        return self.app.labels

    @property
    def icon(self) -> str:
        return self.app.icon

    @property
    def color(self) -> str:
        return self.app.color

    def label(self, language: str) -> str:
        return pick_label(self.labels, language) or self.key

    def find_form(self, ref: str) -> FormHandle | None:
        """By logical id, key or a former key."""
        return self.by_ref.get(ref)

    def form(self, ref: str) -> FormHandle:
        found = self.find_form(ref)
        if found is None:
            raise NotFoundError("form", ref)
        return found


@dataclass(frozen=True, slots=True)
class Index:
    """What one revision of a workspace holds, without any document."""

    revision: int
    heads: tuple[Head, ...]
    columns: ColumnStates = ColumnStates()


class Catalogue:
    """What one unit of work sees of its workspace's published definitions."""

    def __init__(self, connection: Any, workspace_id: int, index: Index, cache: CatalogueCache) -> None:
        self._connection = connection
        self._workspace_id = workspace_id
        self._index = index
        self._cache = cache
        self._opened: dict[str, AppVersion] = {}

    @property
    def revision(self) -> int:
        return self._index.revision

    @property
    def heads(self) -> tuple[Head, ...]:
        return self._index.heads

    def apps(self) -> tuple[AppVersion, ...]:
        """All apps in the order they were made."""
        return tuple(self._open(head) for head in self.heads if head.kind == "app")

    def find_app(self, ref: str) -> AppVersion | None:
        """By key or id."""
        for head in self.heads:
            if head.kind == "app" and ref in (head.app, head.key):
                return self._open(head)
        return None

    def app(self, ref: str) -> AppVersion:
        found = self.find_app(ref)
        if found is None:
            raise NotFoundError("app", ref)
        return found

    def find_form(self, ref: str, *, app: str | None = None) -> FormHandle | None:
        """By "app.form", by id or key inside `app`, or by a logical id that only one app has."""
        if app is None and "." in ref:
            app, ref = ref.split(".", 1)
        if app is not None:
            owner = self.find_app(app)
            return owner.find_form(ref) if owner else None
        owners = {head.app for head in self.heads if head.kind == "form" and head.id == ref}
        return self.app(owners.pop()).find_form(ref) if len(owners) == 1 else None

    def form(self, ref: str, *, app: str | None = None) -> FormHandle:
        found = self.find_form(ref, app=app)
        if found is None:
            raise NotFoundError("form", ref)
        return found

    def form_numbered(self, number: int) -> FormHandle:
        """By the number of its main table: what jobs and changesets keep."""
        for app in self.apps():
            for handle in app.forms:
                if handle.number == number:
                    return handle
        raise NotFoundError("form", number)

    def knows(self, ref: str) -> bool:
        """Whether any app or form has this id or key: only the audit log may ask."""
        words = set(ref.split("."))
        return any(head.id in words or head.key in words for head in self.heads)

    def views(self, form: FormHandle, member_id: int | None = None) -> tuple[View, ...]:
        """The shared views of a form, and the member's own."""
        heads = [
            head
            for head in self.heads
            if head.kind == "view" and head.app == form.app.id and head.owner in (None, member_id)
        ]
        if not heads:
            return ()
        read = self._cache.remember(
            ("views", self._workspace_id, form.app.id, _versions(heads)), lambda: self._read_views(heads)
        )
        return tuple(view for view in read if view.form == form.id)

    def _read_views(self, heads: Sequence[Head]) -> tuple[View, ...]:
        documents = self._documents(heads)
        return tuple(read_view(documents[head.id], head.owner) for head in heads)

    def _open(self, head: Head) -> AppVersion:
        """From this unit of work, else from the process, else compiled. The meaning of an app (its
        forms and plans) outlives changes of which columns may be read."""
        found = self._opened.get(head.app)
        if found is None:
            heads = [one for one in self.heads if one.app == head.app and one.kind in ("app", "form")]
            key = (self._workspace_id, head.app, _versions(heads))
            meaning = self._cache.remember(
                ("meaning", *key), lambda: read_meaning(heads, self._documents(heads))
            )
            found = self._opened[head.app] = self._cache.remember(
                ("app", *key, head.key, self._index.columns), lambda: self._compile(heads, meaning)
            )
        return found

    def _compile(self, heads: Sequence[Head], meaning: AppMeaning) -> AppVersion:
        numbers = physical_rows.numbers_of_app(self._connection, self._workspace_id, heads[0].app)
        return compile_app(heads, meaning, numbers, self._index.columns)

    def _documents(self, heads: Sequence[Head]) -> Mapping[str, Any]:
        """Documents at exactly these versions: a publish that lands meanwhile does not mix in."""
        versions = [(one.kind, one.id, one.version) for one in heads]
        return definition_rows.read_versions(self._connection, self._workspace_id, heads[0].app, versions)


def _versions(heads: Iterable[Head]) -> tuple[tuple[str, int], ...]:
    return tuple((one.id, one.version) for one in heads)


@dataclass(frozen=True, eq=False)
class AppMeaning:
    """What the documents of an app mean at certain versions: dear to build, and nothing but them."""

    documents: Mapping[str, Any]  # by logical id
    app: App
    forms: tuple[Form, ...]  # in the order of the navigation
    plans: Mapping[str, FormPlan]
    world: World


def read_meaning(heads: Sequence[Head], documents: Mapping[str, Any]) -> AppMeaning:
    """All forms of an app at these versions, understood together."""
    [app_head] = (head for head in heads if head.kind == "app")
    app = read_app(documents[app_head.id])
    forms = ordered_forms(app, [read_form(documents[head.id]) for head in heads if head.kind == "form"])
    plans = build_plans(forms)
    if not isinstance(plans, Mapping):
        raise BrokenDefinitionError(app_head.key, plans)
    return AppMeaning(documents, app, forms, plans, build_world(forms))


def compile_app(
    heads: Sequence[Head], meaning: AppMeaning, numbers: physical.Numbers, columns: ColumnStates
) -> AppVersion:
    """The handles of an app: its meaning, and where its records are."""
    [app_head] = (head for head in heads if head.kind == "app")
    versions = {head.id: head.version for head in heads if head.kind == "form"}
    documents, world = meaning.documents, meaning.world
    app = AppVersion(
        app_head.app, app_head.key, meaning.app, app_head.version, documents[app_head.id], world,
        app_head.origin, columns,
    )  # fmt: skip
    for form in meaning.forms:
        number = numbers.of_form(form.id)
        filling = frozenset(field_id for table, field_id in columns.filling if table == number)
        tables = physical.record_tables(form, numbers)
        app.forms.append(
            FormHandle(
                app,
                form,
                versions[form.id],
                number,
                world,
                meaning.plans[form.id],
                tables,
                documents[form.id],
                filling,
            )
        )
    for handle in app.forms:
        app.by_ref.update(dict.fromkeys(handle.form.aliases, handle))
    for handle in app.forms:  # last: a key of now beats a former key of another form
        app.by_ref.update(dict.fromkeys((handle.key, handle.id), handle))
    return app


class CatalogueCache:
    """What one process remembers of all workspaces: bounded, least recently used goes first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._indexes: OrderedDict[int, Index] = OrderedDict()
        self._things: OrderedDict[Hashable, Any] = OrderedDict()

    def open(self, connection: Any, workspace: Workspace) -> Catalogue:
        """The catalogue at the workspace's revision; reads an index only when the revision moved."""
        with self._lock:
            index = self._indexes.get(workspace.id)
        if index is None or index.revision != workspace.revision:
            index = read_index(connection, workspace)
        with self._lock:
            self._indexes[workspace.id] = index
            self._indexes.move_to_end(workspace.id)
            if len(self._indexes) > MOST_CATALOGUES:
                self._indexes.popitem(last=False)
        return Catalogue(connection, workspace.id, index, self)

    def remember(self, key: Hashable, build: Callable[[], Thing]) -> Thing:
        """The thing under `key`, built when it is not there. Two threads may build; one wins."""
        with self._lock:
            if key in self._things:
                self._things.move_to_end(key)
                return self._things[key]  # type: ignore[no-any-return]
        built = build()
        with self._lock:
            thing = self._things.setdefault(key, built)
            if len(self._things) > MOST_APPS:
                self._things.popitem(last=False)
            return thing  # type: ignore[no-any-return]


def read_index(connection: Any, workspace: Workspace) -> Index:
    rows = definition_rows.published_heads(connection, workspace.id)
    heads = tuple(
        Head(row.app, row.kind, row.logical_id, row.key, row.version, row.owner, row.origin) for row in rows
    )
    columns = ColumnStates(
        physical_rows.filling_fields(connection, workspace.id),
        physical_rows.computed_days(connection, workspace.id),
    )
    return Index(workspace.revision, heads, columns)
