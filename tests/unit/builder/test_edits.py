"""Edits: each lawful one has an inverse that restores the form exactly; unlawful ones say why."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builder.documents import read_form, with_columns, write_form
from builder.edits import (
    EDITS,
    AddField,
    AddOption,
    AddRule,
    AddSection,
    ChangeField,
    ChangeForm,
    ChangeLayout,
    ChangeOptions,
    ChangeRule,
    ChangeSection,
    CopyField,
    Edit,
    MoveField,
    MoveSection,
    NotLawfulError,
    Place,
    RemoveField,
    RemoveRule,
    RemoveSection,
    RenameKey,
    RestoreField,
    Together,
    apply_edit,
    invert,
    read_edit,
    summary,
    touched,
    write_edit,
)
from builder.forms import Field, Form, Option, Rule, Section
from builder.problems import Problem
from builder.structure import check_structure
from tests.unit.builder.samples import customer_form, labels, order_form

FORMS = (customer_form(), order_form())
NEW_IDS = [f"new{sign}x" for sign in "abcdefghij"]


def ids_in(form: Form) -> list[str]:
    columns = [column.id for one in form.fields if one.subform for column in one.subform.fields]
    return [*(one.id for one in form.fields), *columns]


def removed_in(form: Form) -> list[str]:
    columns = [column.id for one in form.fields if one.subform for column in one.subform.removed]
    return [*(one.id for one in form.removed), *columns]


def places(form: Form) -> st.SearchStrategy[Place | None]:
    numbers = st.one_of(st.none(), st.integers(0, 9))
    section = st.one_of(st.none(), st.sampled_from([one.id for one in form.sections] or ["nosec"]))
    return st.one_of(st.none(), st.builds(Place, section, numbers, st.sampled_from([None, 0, 1])))


def containers(form: Form) -> st.SearchStrategy[str | None]:
    return st.sampled_from([None, None, *(one.id for one in form.fields if one.subform)])


def field_changes() -> st.SearchStrategy[dict[str, Any]]:
    text = st.sampled_from(["甲", "Beta", None])
    return st.dictionaries(
        st.sampled_from(["labels", "help"]), st.dictionaries(st.sampled_from(["zh-CN", "en", "zh-TW"]), text)
    ).flatmap(
        lambda base: st.fixed_dictionaries(
            {},
            optional={
                "required": st.booleans(),
                "unique": st.booleans(),
                "default": st.sampled_from(["1", None]),
                "visible_when": st.sampled_from(["TRUE", None]),
                "readonly_when": st.sampled_from(["{#custyn}", None]),
                "aliases": st.lists(st.sampled_from(["aa", "bb", "tel"]), unique=True),
                "config": st.dictionaries(
                    st.sampled_from(["max_length", "most"]), st.sampled_from([5, None])
                ),
            },
        ).map(lambda more: {**base, **more})
    )


def new_fields() -> st.SearchStrategy[Field]:
    kinds = st.sampled_from(["text", "integer", "choice", "subform", "serial", "date"])
    keys = st.sampled_from(["", "name", "fresh", "qty"])
    return st.builds(
        lambda at, kind, key: (
            with_columns(
                Field(NEW_IDS[at], key, kind, labels("新的", "New")),
                (Field(NEW_IDS[at] + "c", "", "integer", labels("列", "Column")),),
            )
            if kind == "subform"
            else Field(NEW_IDS[at], key, kind, labels("新的", "New"))
        ),
        st.integers(0, 9),
        kinds,
        keys,
    )


WORDS = st.dictionaries(st.sampled_from(["zh-CN", "en", "zh-TW"]), st.sampled_from(["一", "Two", None]))
INDEX = st.one_of(st.none(), st.integers(0, 12))
NEW_ID = st.sampled_from(NEW_IDS)
NEW_OPTION = st.builds(Option, NEW_ID, st.sampled_from(["", "a", "z"]), st.just(labels("新", "N")))
NEW_SECTION = st.builds(Section, NEW_ID, st.just(labels("节", "Part")), st.just(()))
NEW_RULE = st.builds(Rule, NEW_ID, st.just("TRUE"), st.just(labels("错", "No")))
FIELD_CHANGES = field_changes()
NEW_FIELDS = new_fields()


def one_of(ids: list[str]) -> st.SearchStrategy[str]:
    return st.sampled_from(ids or ["nothere"])


def some_options(form: Form) -> st.SearchStrategy[tuple[Option, ...]]:
    known = [option for one in form.fields for option in one.options] or [
        Option("newop", "n", labels("新", "N"))
    ]
    return st.lists(st.sampled_from(known), unique_by=lambda option: option.id).map(tuple)


def a_field(form: Form) -> st.SearchStrategy[str]:
    return one_of(ids_in(form))


def a_section(form: Form) -> st.SearchStrategy[str]:
    return one_of([one.id for one in form.sections])


def a_rule(form: Form) -> st.SearchStrategy[str]:
    return one_of([one.id for one in form.rules])


def form_changes(form: Form) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {},
        optional={
            "labels": WORDS,
            "key": st.sampled_from(["client", "fresh"]),
            "icon": st.just("star"),
            "title": st.sampled_from([None, *ids_in(form)]),
            "single": st.booleans(),
            "aliases": st.just(["old"]),
        },
    )


RULE_CHANGES = st.fixed_dictionaries(
    {},
    optional={"refuse_when": st.just("FALSE"), "message": WORDS, "field": st.sampled_from([None, "custin"])},
)
SECTION_CHANGES = st.fixed_dictionaries({}, optional={"labels": WORDS, "folded": st.booleans()})

# Any edit of a form: many lawful, some not. By class, so that only the one drawn is built.
ANY: dict[type[Edit], Callable[[Form], st.SearchStrategy[Edit]]] = {
    AddField: lambda form: st.builds(
        AddField, NEW_FIELDS, places(form), st.one_of(st.none(), a_field(form)), containers(form), INDEX
    ),
    CopyField: lambda form: st.builds(CopyField, a_field(form), NEW_ID),
    MoveField: lambda form: st.builds(MoveField, a_field(form), places(form), containers(form), INDEX),
    ChangeField: lambda form: st.builds(ChangeField, a_field(form), FIELD_CHANGES),
    RenameKey: lambda form: st.builds(
        RenameKey, a_field(form), st.sampled_from(["fresh", "name", "tel", "qty", "zulu"])
    ),
    RemoveField: lambda form: st.builds(RemoveField, a_field(form)),
    RestoreField: lambda form: st.builds(RestoreField, one_of(removed_in(form)), places(form), INDEX),
    AddOption: lambda form: st.builds(AddOption, a_field(form), NEW_OPTION, INDEX),
    ChangeOptions: lambda form: st.builds(ChangeOptions, a_field(form), some_options(form)),
    AddSection: lambda form: st.builds(AddSection, NEW_SECTION, INDEX),
    MoveSection: lambda form: st.builds(MoveSection, a_section(form), st.integers(0, 5)),
    ChangeSection: lambda form: st.builds(ChangeSection, a_section(form), SECTION_CHANGES),
    RemoveSection: lambda form: st.builds(RemoveSection, a_section(form)),
    ChangeLayout: lambda form: st.permutations(form.sections).map(lambda some: ChangeLayout(tuple(some))),
    ChangeForm: lambda form: st.builds(ChangeForm, form_changes(form)),
    AddRule: lambda form: st.builds(AddRule, NEW_RULE, INDEX),
    ChangeRule: lambda form: st.builds(ChangeRule, a_rule(form), RULE_CHANGES),
    RemoveRule: lambda form: st.builds(RemoveRule, a_rule(form)),
}
CLASSES = st.sampled_from(list(ANY))


def any_edit(draw: st.DrawFn, form: Form) -> Edit:
    return draw(ANY[draw(CLASSES)](form))


@st.composite
def edited_forms(draw: st.DrawFn) -> tuple[Form, Edit]:
    """A form some edits away from a sample, and one more edit that is lawful there or not."""
    form = draw(st.sampled_from(FORMS))
    for _ in range(draw(st.integers(0, 4))):
        changed = apply_edit(form, any_edit(draw, form))
        form = form if isinstance(changed, Problem) else changed
    if draw(st.integers(0, 4)) == 0:
        return form, Together(tuple(any_edit(draw, form) for _ in range(draw(st.integers(1, 3)))))
    return form, any_edit(draw, form)


@settings(max_examples=300, deadline=None)
@given(edited_forms())
def test_undo_restores_the_form_exactly(pair: tuple[Form, Edit]) -> None:
    form, edit = pair
    changed = apply_edit(form, edit)
    if isinstance(changed, Problem):
        with pytest.raises(NotLawfulError):
            invert(form, edit)
        return
    undo = invert(form, edit)
    assert apply_edit(changed, undo) == form
    assert apply_edit(form, edit) == changed  # pure, and the same each time
    redo = invert(changed, undo)
    assert apply_edit(form, redo) == changed


@settings(max_examples=120, deadline=None)
@given(edited_forms())
def test_edits_survive_the_log_as_json(pair: tuple[Form, Edit]) -> None:
    form, edit = pair
    changed = apply_edit(form, edit)
    if isinstance(changed, Problem):
        return
    assert apply_edit(form, _through_log(edit)) == changed
    assert apply_edit(changed, _through_log(invert(form, edit))) == form


def _through_log(edit: Edit) -> Edit:
    import orjson

    found = read_edit(orjson.loads(orjson.dumps(write_edit(edit))))
    assert isinstance(found, Edit), found
    return found


@settings(max_examples=120, deadline=None)
@given(edited_forms())
def test_edited_forms_round_trip_as_documents(pair: tuple[Form, Edit]) -> None:
    form, edit = pair
    changed = apply_edit(form, edit)
    if not isinstance(changed, Problem):
        assert read_form(write_form(changed)) == changed


@settings(max_examples=100, deadline=None)
@given(edited_forms())
def test_layout_and_ids_stay_lawful(pair: tuple[Form, Edit]) -> None:
    form, edit = pair
    changed = apply_edit(form, edit)
    if not isinstance(changed, Problem):
        broken = {one.code for one in check_structure(changed)}
        assert not broken & {
            "layout.unknown_field",
            "layout.field_twice",
            "layout.field_missing",
            "form.id_twice",
            "field.key_twice",
        }


def test_every_edit_is_generated_and_named() -> None:
    assert {*ANY, Together} == set(EDITS)
    assert len({one.name for one in EDITS}) == len(EDITS)


def apply(form: Form, document: dict[str, Any]) -> Form:
    edit = read_edit(document)
    assert isinstance(edit, Edit), edit
    changed = apply_edit(form, edit)
    assert isinstance(changed, Form), changed
    return changed


def refused(form: Form, document: dict[str, Any]) -> Problem:
    edit = read_edit(document)
    problem = edit if isinstance(edit, Problem) else apply_edit(form, edit)
    assert isinstance(problem, Problem)
    return problem


def test_dragged_field_gets_id_key_and_place() -> None:
    form = customer_form()
    place = {"section": "secone", "row": 2, "column": 1}
    changed = apply(
        form,
        {"edit": "add_field", "field": {"type": "text", "labels": {"zh-CN": "开票抬头"}}, "place": place},
    )
    new = changed.fields[-1]
    assert new.key == "kai_piao_tai_tou"
    assert len(new.id) == 8
    assert changed.sections[0].rows[2] == ("custur", new.id)


def test_new_keys_avoid_taken_aliased_and_reserved_names() -> None:
    form = customer_form()
    for label, key in (
        ("Name", "name_2"),
        ("Tel", "tel_2"),
        ("Owner", "owner_2"),
        ("2024 sum", "f_2024_sum"),
        ("！！", "text"),
    ):
        changed = apply(form, {"edit": "add_field", "field": {"type": "text", "labels": {"en": label}}})
        assert changed.fields[-1].key == key


def test_added_after_a_field_it_gets_its_own_row_below() -> None:
    changed = apply(
        customer_form(),
        {"edit": "add_field", "field": {"type": "date", "labels": {"en": "Day"}}, "after": "custem"},
    )
    new = next(one for one in changed.fields if one.key == "day")
    assert changed.sections[0].rows[2] == (new.id,)


def test_column_is_added_within_its_subform() -> None:
    changed = apply(
        order_form(),
        {
            "edit": "add_field",
            "field": {"type": "percent", "labels": {"en": "Discount"}},
            "within": "linesf",
            "after": "lineqt",
        },
    )
    subform = changed.by_id["linesf"].subform
    assert subform is not None
    assert [one.key for one in subform.fields] == ["qty", "discount", "price", "amount"]
    assert changed.sections == order_form().sections


def test_subform_cannot_hold_a_subform_or_serial() -> None:
    document = {"edit": "add_field", "field": {"type": "serial", "labels": {"en": "No"}}, "within": "linesf"}
    assert refused(order_form(), document).code == "field.not_in_subform"
    nested = {
        "type": "subform",
        "labels": {"en": "In"},
        "columns": [{"type": "subform", "labels": {"en": "Deep"}, "columns": []}],
    }
    assert refused(order_form(), {"edit": "add_field", "field": nested}).code == "field.not_in_subform"


def test_type_change_is_refused_with_both_types() -> None:
    problem = refused(
        customer_form(), {"edit": "change_field", "field": "custph", "changes": {"type": "integer"}}
    )
    assert problem.code == "field.type_fixed"
    assert problem.params["given"] == "integer"
    assert problem.params["type"] == "text"


def test_renamed_key_stays_an_alias_and_back() -> None:
    form = customer_form()
    changed = apply(form, {"edit": "rename_key", "field": "custph", "key": "mobile"})
    assert changed.by_id["custph"].aliases == ("tel", "phone")
    assert changed.by_key["phone"].id == changed.by_key["tel"].id == "custph"
    back = apply(changed, {"edit": "rename_key", "field": "custph", "key": "tel"})
    assert back.by_id["custph"].aliases == ("phone", "mobile")
    assert refused(changed, {"edit": "rename_key", "field": "custem", "key": "tel"}).code == "field.key_twice"
    assert (
        refused(changed, {"edit": "rename_key", "field": "custem", "key": "id"}).code == "field.key_reserved"
    )


def test_column_out_of_a_summed_subform_is_refused_with_the_formula() -> None:
    problem = refused(order_form(), {"edit": "move_field", "field": "lineam"})
    assert problem.code == "move.used_by"
    assert problem.params["user"] == order_form().by_id["ordto"].labels
    alone = apply(order_form(), {"edit": "remove_field", "field": "ordto"})
    assert refused(alone, {"edit": "move_field", "field": "lineam"}).code == "move.uses_others"


def test_unused_field_may_move_into_a_subform() -> None:
    form = apply(order_form(), {"edit": "add_field", "field": {"type": "text", "labels": {"en": "Remark"}}})
    new = form.fields[-1]
    moved = apply(form, {"edit": "move_field", "field": new.id, "within": "linesf", "index": 0})
    subform = moved.by_id["linesf"].subform
    assert subform is not None
    assert subform.fields[0] == new
    assert new.id not in moved.by_id


def test_removed_field_is_kept_and_restored_with_a_free_key() -> None:
    form = apply(customer_form(), {"edit": "remove_field", "field": "custur"})
    assert [one.id for one in form.removed] == ["custfx", "custur"]
    form = apply(form, {"edit": "add_field", "field": {"type": "text", "labels": {"en": "Website"}}})
    form = apply(form, {"edit": "restore_field", "field": "custur"})
    assert form.by_id["custur"].key == "website_2"


def test_left_out_option_is_retired_not_lost() -> None:
    options = [{"id": "levela", "key": "a", "labels": {"en": "Key"}}, {"labels": {"zh-CN": "潜在"}}]
    changed = apply(customer_form(), {"edit": "change_options", "field": "custle", "options": options})
    found = changed.by_id["custle"].options
    assert [(one.key, one.is_retired) for one in found] == [
        ("a", False),
        ("qian_zai", False),
        ("b", True),
        ("c", True),
    ]


def test_copy_has_its_own_ids_and_follows_itself() -> None:
    form = apply(order_form(), {"edit": "copy_field", "field": "linesf", "new_id": "copyof"})
    copy = form.by_id["copyof"].subform
    assert copy is not None
    old = {"linesf", "lineqt", "linepr", "lineam"}
    assert not old & {one.id for one in copy.fields}
    amount = copy.by_key["amount"]
    assert amount.config["expression"] == f"{{#{copy.by_key['qty'].id}}} * {{#{copy.by_key['price'].id}}}"
    assert form.by_id["copyof"].labels == {"zh-CN": "明细 2", "en": "Lines 2"}


def test_removed_section_gives_its_rows_to_a_neighbour() -> None:
    form = apply(customer_form(), {"edit": "remove_section", "section": "secone"})
    assert form.sections[0].rows[0] == ("custna", "custco")
    assert refused(form, {"edit": "remove_section", "section": "sectwo"}).code == "edit.last_section"


def test_a_section_that_takes_fields_along_gives_them_back() -> None:
    form = customer_form()
    edit = AddSection(Section("secnew", labels("新", "New"), (("custph", "custno"), ("custur",))), 0)
    taken = apply_edit(form, edit)
    assert isinstance(taken, Form)
    assert taken.sections[1].rows[1] == ("custem",)
    assert apply_edit(taken, invert(form, edit)) == form


def test_touched_names_elements_so_that_others_rebase() -> None:
    assert touched(MoveField("custna")) == {"custna"}
    assert touched(ChangeForm({"icon": "star", "title": None})) == {"form.icon", "form.title"}
    assert touched(Together((RemoveField("custna"), RemoveRule("ruleb")))) == {"custna", "ruleb"}


def test_undo_button_names_the_step() -> None:
    assert summary(customer_form(), MoveField("custur")) == ("edit.move_field", labels("官网", "Website"))


@pytest.mark.parametrize(
    ("document", "code", "where"),
    [
        (None, "edit.unknown", "/edit"),
        ({"edit": "drop_table"}, "edit.unknown", "/edit"),
        ({"edit": "remove_field"}, "definition.missing", ""),
        ({"edit": "remove_field", "field": "Bad id"}, "definition.bad_name", "/field"),
        (
            {"edit": "change_field", "field": "custna", "changes": {"colour": 1}},
            "definition.unknown_word",
            "/changes",
        ),
        (
            {"edit": "add_field", "field": {"type": "laser", "labels": {"en": "L"}}},
            "field.unknown_type",
            "/field/type",
        ),
        (
            {"edit": "add_field", "field": {"type": "text", "labels": {}}},
            "definition.too_few",
            "/field/labels",
        ),
        (
            {
                "edit": "add_field",
                "field": {"type": "text", "labels": {"en": "A"}, "config": {"format": "fax"}},
            },
            "definition.not_allowed",
            "/field/config/format",
        ),
        (
            {"edit": "together", "edits": [{"edit": "remove_field", "field": 3}]},
            "definition.wrong_type",
            "/edits/0/field",
        ),
    ],
)
def test_bad_edits_say_what_and_where(document: object, code: str, where: str) -> None:
    problem = read_edit(document)
    assert isinstance(problem, Problem)
    assert (problem.code, problem.field) == (code, where)
    with_config = {"edit": "change_field", "field": "custph", "changes": {"config": {"format": "fax"}}}
    assert refused(customer_form(), with_config).code == "definition.not_allowed"
