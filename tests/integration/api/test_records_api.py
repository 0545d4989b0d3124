"""Records over the API: the contract's shapes, refusals that change nothing, nobody sees what is not his."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from builder.ids import RECORD_ID_LENGTH
from runtime.actors import Actor
from runtime.jobs import Worker
from runtime.platform import Platform
from tests.integration.api.conftest import Caller
from tests.integration.runtime.checksum import checksum


def make_customer(call: Caller, name: str = "甲公司", **values: Any) -> dict[str, Any]:
    answer = call("POST", "/forms/crm.customer/records", {"values": {"name": name, **values}})
    assert answer.status == 201, answer.body
    return answer.body  # type: ignore[no-any-return]


def test_a_record_is_created_read_changed_and_deleted(call: Caller) -> None:
    made = make_customer(call, phone="0512 6825 7731", lifecycle="won")
    assert len(made["id"]) == RECORD_ID_LENGTH
    assert made["values"]["lifecycle"] == "won"
    path = f"/forms/crm.customer/records/{made['id']}"
    changed = call("PATCH", path, {"version": made["version"], "values": {"address": "星湖街 1 号"}})
    assert (changed.status, changed.body["version"]) == (200, 2)
    assert call("GET", path).body["values"]["address"] == "星湖街 1 号"
    gone = call("DELETE", path)
    assert gone.status == 200
    assert call("GET", path).status == 404
    assert call("POST", f"/changesets/{gone.body['changeset']}/revert").body["undeleted"] == 1
    assert call("GET", path).status == 200


def test_links_are_given_by_id_or_key_and_answered_with_titles(call: Caller) -> None:
    customer = make_customer(call)
    by_key = {"by": {"field": "name", "value": "甲公司"}}
    for link in (customer["id"], by_key, {"id": customer["id"]}):
        values = {"customer": link, "date": "2026-05-06", "amount_entered": 12.5, "status": "done"}
        made = call("POST", "/forms/crm.order/records", {"values": values})
        assert made.status == 201, made.body
        assert made.body["values"]["customer"] == {"id": customer["id"], "title": "甲公司"}
        assert made.body["values"]["amount"] == 12.5
    again = call("GET", f"/forms/crm.customer/records/{customer['id']}").body
    assert (again["values"]["order_count"], again["values"]["order_amount"]) == (3, 37.5)


def test_a_stale_version_answers_both_sides(call: Caller) -> None:
    made = make_customer(call, address="一")
    path = f"/forms/crm.customer/records/{made['id']}"
    call("PATCH", path, {"version": 1, "values": {"address": "二"}})
    stale = call("PATCH", path, {"version": 1, "values": {"address": "三"}})
    assert stale.status == 409
    assert stale.headers["Content-Type"] == "application/problem+json"
    [side] = [one for one in stale.body["conflict"]["sides"] if one["field"] == "address"]
    assert side == {"field": "address", "base": "一", "yours": "三", "theirs": "二", "clashes": True}


def test_pages_follow_one_another_without_gaps(call: Caller) -> None:
    rows = [{"values": {"name": f"公司{number:02d}"}} for number in range(7)]
    assert call("POST", "/forms/crm.customer/records", rows).status == 201
    seen: list[str] = []
    cursor = ""
    while True:
        page = call("GET", f"/forms/crm.customer/records?sort=-name&limit=3&fields=name{cursor}").body
        seen += [one["values"]["name"] for one in page["records"]]
        assert all(set(one["values"]) == {"name"} for one in page["records"])
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert seen == [f"公司{number:02d}" for number in reversed(range(7))]


def test_filters_search_and_figures(call: Caller) -> None:
    customer = make_customer(call)
    for status, amount in (("done", 10), ("done", 5.25), ("cancelled", 99)):
        values = {
            "customer": customer["id"],
            "date": "2026-05-06",
            "amount_entered": amount,
            "status": status,
        }
        call("POST", "/forms/crm.order/records", {"values": values})
    found = call("GET", '/forms/crm.order/records?filter=amount > 6 AND status = "已完成"').body["records"]
    assert [one["values"]["amount"] for one in found] == [10]
    body = {
        "group_by": ["status", {"field": "date", "grain": "month"}],
        "measures": ["COUNT()", "SUM(amount)"],
    }
    rows = call("POST", "/forms/crm.order/aggregate", body).body["rows"]
    assert {"group": ["done", "2026-05-01"], "values": [2, 15.25]} in rows
    assert call("GET", "/forms/crm.customer/records?search=甲").body["records"] != []


def test_several_at_once_are_all_or_none_unless_partial(call: Caller) -> None:
    rows = [{"values": {"name": "甲"}}, {"values": {"phone": "x"}}]
    refused = call("POST", "/forms/crm.customer/records", rows)
    assert refused.status == 422
    assert {error["field"] for error in refused.body["errors"]} == {"1.name", "1.phone"}
    assert call("GET", "/forms/crm.customer/records").body["records"] == []
    partial = call("POST", "/forms/crm.customer/records?partial=1", rows)
    assert partial.status == 207
    assert [set(one) >= {"errors"} for one in partial.body["records"]] == [False, True]


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("POST", "/forms/crm.customer/records", {"values": {}}, 422, "field.required"),
        (
            "POST",
            "/forms/crm.customer/records",
            {"values": {"name": "x", "nothing": 1}},
            422,
            "record.unknown_field",
        ),
        (
            "POST",
            "/forms/crm.customer/records",
            {"values": {"name": "x", "order_count": 1}},
            422,
            "record.computed_field",
        ),
        ("POST", "/forms/crm.customer/records", {"wrong": 1}, 422, "body.invalid"),
        ("POST", "/forms/crm.nothing/records", {"values": {}}, 404, "not_found"),
        ("POST", "/forms/crm.order/records", {"values": {"customer": "0" * 13}}, 422, "link."),
        ("GET", "/forms/crm.customer/records?filter=nme = 1", None, 422, "expression."),
        ("GET", "/forms/crm.customer/records?sort=nothing", None, 422, "query.no_such_field"),
        ("GET", "/forms/crm.customer/records?cursor=xx", None, 422, "query.bad_cursor"),
        ("GET", "/forms/crm.customer/records/0000000000000", None, 404, "not_found"),
        ("GET", "/forms/crm.customer/records/x", None, 404, "not_found"),
        (
            "PATCH",
            "/forms/crm.customer/records/0000000000000",
            {"version": 1, "values": {}},
            404,
            "not_found",
        ),
        ("POST", "/forms/crm.customer/aggregate", {"measures": ["SUM(name)"]}, 422, "expression."),
        ("POST", "/expressions/evaluate", {"expression": "1 +"}, 422, "expression."),
        ("PUT", "/forms/crm.customer/draft", {"document": {"type": "object"}, "revision": 0}, 422, ""),
        ("POST", "/forms/crm.customer/draft/edits", {"edit": {"edit": "what"}, "revision": 0}, 422, ""),
        ("POST", "/changesets/0000000000000/revert", None, 404, "not_found"),
        ("GET", "/nowhere", None, 404, "http.404"),
        ("DELETE", "/members", None, 405, "http.405"),
    ],
)
def test_bad_input_is_named_and_leaves_the_database_as_it_was(
    call: Caller, platform: Platform, method: str, path: str, body: Any, status: int, code: str
) -> None:
    call("GET", "/apps")  # the key's time of use is noted now
    before = checksum(platform)
    answer = call(method, path, body)
    assert answer.status == status, answer.body
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert {"type", "title", "status", "code", "detail"} <= set(answer.body)
    codes = [answer.body["code"], *(one["code"] for one in answer.body.get("errors", ()))]
    assert any(one.startswith(code) for one in codes), codes
    assert checksum(platform) == before


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"[" * 100_000,
        b'{"a": NaN}',
        b'{"a":1,"a":2}',
        b'{"a": ' + b"9" * 5000 + b"}",
        b"\xff\xfe",
        b'"\\ud800"',
    ],
)
def test_hostile_bodies_are_refused_in_words(call: Caller, data: bytes) -> None:
    answer = call(
        "POST", "/forms/crm.customer/records", None, data=data, headers={"Content-Type": "application/json"}
    )
    assert answer.status in (400, 422)
    assert answer.body["detail"]


def test_no_key_and_a_cookie_are_nobody(client: FlaskClient) -> None:
    answer = client.get("/api/v1/apps", headers={"Accept-Language": "zh-CN"})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert "密钥" in answer.get_json()["detail"]


def test_a_revoked_key_is_dead_on_the_next_request(
    client: FlaskClient, key_of: Callable[..., str], lin: Actor, platform: Platform
) -> None:
    from runtime import apikeys

    caller = Caller(client, key_of(lin))
    assert caller("GET", "/apps").status == 200
    with platform.writing(lin) as work:
        [key] = apikeys.list_keys(work)
        apikeys.revoke(work, key.id)
    assert caller("GET", "/apps").status == 401


def test_a_key_does_no_more_than_its_scopes(
    client: FlaskClient, key_of: Callable[..., str], admin: Actor
) -> None:
    caller = Caller(client, key_of(admin, frozenset({"records:read"})))
    assert caller("GET", "/forms/crm.customer/records").status == 200
    assert caller("POST", "/forms/crm.customer/records", {"values": {"name": "x"}}).status == 403
    assert caller("GET", "/forms/crm.customer/export.csv").status == 403


def test_another_workspace_sees_nothing(
    client: FlaskClient, key_of: Callable[..., str], stranger: Actor
) -> None:
    caller = Caller(client, key_of(stranger))
    assert caller("GET", "/apps").body == {"apps": []}
    assert caller("GET", "/forms/crm.customer/records").status == 404


def test_history_tells_old_and_new(call: Caller) -> None:
    made = make_customer(call, address="一")
    path = f"/forms/crm.customer/records/{made['id']}"
    call("PATCH", path, {"version": 1, "values": {"address": "二"}})
    [changed, created] = call("GET", f"{path}/history").body["entries"]
    assert created["kind"] == "create"
    [change] = [one for one in changed["changes"] if not one["derived"]]
    assert (change["field"], change["old"], change["new"]) == ("address", "一", "二")


def test_a_field_is_drafted_published_and_used(call: Caller) -> None:
    draft = call("GET", "/forms/crm.customer/draft").body
    edit = {"edit": "add_field", "field": {"type": "text", "labels": {"zh-CN": "昵称", "en": "Nickname"}}}
    edited = call("POST", "/forms/crm.customer/draft/edits", {"edit": edit, "revision": draft["revision"]})
    assert edited.status == 200, edited.body
    impact = call("GET", "/forms/crm.customer/draft/impact").body
    assert impact["problems"] == []
    published = call("POST", "/forms/crm.customer/publish")
    assert published.status == 200, published.body
    key = next(
        key
        for key, words in call("GET", "/forms/crm.customer").body["schema"]["properties"].items()
        if words["x-labels"].get("zh-CN") == "昵称"
    )
    assert make_customer(call, **{key: "小甲"})["values"][key] == "小甲"


def test_a_spreadsheet_goes_in_and_comes_out(call: Caller, platform: Platform) -> None:
    data = {
        "file": (io.BytesIO("客户名称,电话\n甲公司,12\n乙公司,\n".encode()), "a.csv"),
        "options": '{"mapping": {"name": 0, "phone": "电话"}}',
    }
    begun = call("POST", "/forms/crm.customer/imports", None, data=data)
    assert begun.status == 202, begun.body
    Worker(platform).run_until_idle()
    ended = call("GET", f"/imports/{begun.body['id']}").body
    assert (ended["state"], ended["created"], ended["failed"], ended["read"]) == ("done", 1, 1, 2)
    assert ended["failures"][0]["row"] == 2
    exported = call("GET", "/forms/crm.customer/export.csv?fields=name")
    assert exported.body.decode("utf-8-sig").split() == ["客户名称", "乙公司"]


def test_a_dry_run_imports_nothing(call: Caller) -> None:
    data = {"file": (io.BytesIO("客户名称\n甲公司\n".encode()), "a.csv"), "options": '{"dry_run": true}'}
    tried = call("POST", "/forms/crm.customer/imports", None, data=data)
    assert (tried.status, tried.body["created"]) == (200, 1)
    assert call("GET", "/forms/crm.customer/records").body["records"] == []


def test_an_app_is_cloned_exported_and_brought_back(call: Caller) -> None:
    cloned = call("POST", "/apps", {"bundle": "crm", "demo": False})
    assert cloned.status == 201, cloned.body
    zipped = call("GET", f"/apps/{cloned.body['key']}/export").body
    plan = call(
        "POST", "/apps/import?dry_run=1", None, data=zipped, headers={"Content-Type": "application/zip"}
    )
    assert (plan.status, plan.body["items"][0]["kind"]) == (200, "app")
    keys = {one["key"] for one in call("GET", "/apps").body["apps"]}
    assert keys == {"crm", cloned.body["key"]}


def test_expressions_are_checked_and_evaluated(call: Caller) -> None:
    body = {"expression": "qty * price", "values": {"qty": 3, "price": 0.1}}
    assert call("POST", "/expressions/evaluate", body).body == {"value": 0.3, "type": "number"}
    checked = call("POST", "/expressions/check", {"expression": 'nme & "x"', "form": "crm.customer"}).body
    assert checked["problems"][0]["span"] == [0, 3]


def test_openapi_declares_every_route(call: Caller, client: FlaskClient) -> None:
    import re

    document = call("GET", "/openapi.json").body
    declared = {(method.upper(), path) for path, ways in document["paths"].items() for method in ways}
    served = {
        (method, re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule.removeprefix("/api/v1")))
        for rule in client.application.url_map.iter_rules()
        if rule.endpoint.startswith("api.")
        for method in rule.methods or ()
        if method not in ("HEAD", "OPTIONS")
    }
    assert declared == served
    assert document["components"]["schemas"]["crm.customer"]["type"] == "object"


@pytest.mark.parametrize(
    ("content", "name", "options", "code"),
    [
        (b"not a workbook", "a.xlsx", "{}", "sheet.unreadable"),
        (b"%PDF", "a.pdf", "{}", "sheet.unknown_type"),
        (b"", "a.csv", "{}", "sheet.empty"),
        ("客户名称\n甲".encode(), "a.csv", '{"mapping": {"nothing": 0}}', "import.unknown_field"),
        (
            "客户名称\n甲".encode(),
            "a.csv",
            '{"mapping": {"name": 0}, "mode": "update"}',
            "import.key_missing",
        ),
        ("客户名称\n甲".encode(), "a.csv", "[1]", "import.options_not_an_object"),
        ("客户名称\n甲".encode(), "a.csv", "{", "json.not_json"),
    ],
)
def test_a_bad_file_or_mapping_is_named_and_changes_nothing(
    call: Caller, platform: Platform, content: bytes, name: str, options: str, code: str
) -> None:
    call("GET", "/apps")
    before = checksum(platform)
    data = {"file": (io.BytesIO(content), name), "options": options}
    answer = call("POST", "/forms/crm.customer/imports", None, data=data)
    assert answer.status in (400, 422), answer.body
    assert code in [one["code"] for one in answer.body["errors"]]
    assert checksum(platform) == before
