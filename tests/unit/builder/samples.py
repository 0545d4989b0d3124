"""An app with every field type in it, small enough to read: what the builder's tests run over."""

from __future__ import annotations

from builder.apps import App, AppDocuments, Group
from builder.documents import with_columns
from builder.forms import Field, Form, Labels, Option, Rule, Section
from builder.views import View


def labels(chinese: str, english: str) -> Labels:
    return {"zh-CN": chinese, "en": english}


def field(field_id: str, key: str, kind: str, chinese: str, **more: object) -> Field:
    return Field(field_id, key, kind, labels(chinese, key.replace("_", " ").capitalize()), **more)  # type: ignore[arg-type]


LEVELS = (
    Option("levela", "a", labels("重点", "Key"), "red"),
    Option("levelb", "b", labels("普通", "Normal")),
    Option("levelc", "c", labels("停用", "Old"), "gray", is_retired=True),
)
TAGS = (
    Option("tagone", "annual", labels("年框", "Annual")),
    Option("tagtwo", "private", labels("私企, 民营", "Private")),
    Option("tagsix", "export", labels("出口", "Export")),
)


def settings_form() -> Form:
    end = field("endday", "end_date", "date", "截止日", is_required=True)
    rate = field("rateno", "rate", "percent", "税率")
    return Form(
        "paramf",
        "param",
        labels("参数", "Settings"),
        (end, rate),
        (Section("parama", labels("基本", "General"), (("endday", "rateno"),)),),
        is_single=True,
    )


def order_form() -> Form:
    lines = with_columns(
        field("linesf", "lines", "subform", "明细", is_required=True),
        (
            field("lineqt", "qty", "integer", "数量", is_required=True, config={"min": 1}),
            field("linepr", "price", "money", "单价"),
            field(
                "lineam",
                "amount",
                "formula",
                "小计",
                config={"expression": "{#lineqt} * {#linepr}", "format": "money"},
            ),
        ),
        removed=(field("lineno", "note", "text", "备注"),),
    )
    return Form(
        "orderf",
        "order",
        labels("订单", "Order"),
        (
            field(
                "ordno",
                "no",
                "serial",
                "编号",
                config={"pattern": "SO-{YYYYMM}-{0000}".replace("YYYYMM", "YYYY}{MM")},
            ),
            field(
                "ordcu",
                "customer",
                "link",
                "客户",
                is_required=True,
                config={"form": "custf", "reverse": labels("订单", "Orders")},
            ),
            field("ordday", "date", "date", "日期", default="TODAY()"),
            lines,
            field(
                "ordto",
                "total",
                "formula",
                "合计",
                config={"expression": "SUM({#linesf}.{#lineam})", "format": "money", "decimals": 2},
            ),
        ),
        (
            Section(
                "ordsec",
                labels("基本", "General"),
                (("ordno", "ordcu"), ("ordday",), ("linesf",), ("ordto",)),
            ),
        ),
        (Rule("rulea", "{#ordday} > {#paramf}.{#endday}", labels("日期太晚", "Too late"), "ordday"),),
        title="ordno",
    )


def customer_form() -> Form:
    """Every field type but subform (the order has it)."""
    return Form(
        "custf",
        "customer",
        labels("客户", "Customer"),
        (
            field(
                "custna", "name", "text", "名称", is_required=True, is_unique=True, config={"max_length": 80}
            ),
            field("custco", "credit_code", "text", "信用代码", config={"format": "id_code"}),
            field("custph", "phone", "text", "电话", config={"format": "phone"}, aliases=("tel",)),
            field("custem", "email", "text", "邮箱", config={"format": "email"}),
            field("custur", "website", "text", "官网", config={"format": "url"}),
            field("custno", "note", "long_text", "备注", help=labels("写什么都行", "Anything")),
            field("custin", "staff", "integer", "人数", config={"min": 0, "max": 1000000}),
            field("custnu", "score", "number", "评分", config={"decimals": 2}),
            field("custmo", "credit", "money", "额度", config={"currency": "CNY"}),
            field("custbg", "balance", "number", "大数", config={"digits": 18}),
            field("custpc", "share", "percent", "占比"),
            field("custda", "since", "date", "起始日"),
            field("custdt", "seen_at", "datetime", "最近联系"),
            field("custyn", "locked", "yes_no", "锁定"),
            field("custle", "level", "choice", "等级", options=LEVELS, default="{@levelb}"),
            field("custta", "tags", "choices", "标签", options=TAGS, visible_when="{#custle} = {@levela}"),
            field("custme", "manager", "member", "经理"),
            field("custpa", "parent_firm", "link", "上级", config={"form": "custf"}),
            field(
                "custro",
                "order_amount",
                "rollup",
                "订单额",
                config={"form": "orderf", "link": "ordcu", "measure": "SUM({#ordto})", "format": "money"},
            ),
            field(
                "custfo",
                "days_idle",
                "formula",
                "闲置天数",
                readonly_when="{#custyn}",
                config={"expression": "DAYS(TODAY(), {#custda})", "today": "live", "format": "integer"},
            ),
        ),
        (
            Section(
                "secone",
                labels("基本", "General"),
                (
                    ("custna", "custco"),
                    ("custph", "custem"),
                    ("custur",),
                    ("custle", "custta"),
                    ("custme", "custpa"),
                ),
            ),
            Section(
                "sectwo",
                labels("更多", "More"),
                (
                    ("custno",),
                    ("custin", "custnu"),
                    ("custmo", "custbg"),
                    ("custpc", "custda"),
                    ("custdt", "custyn"),
                    ("custro", "custfo"),
                ),
                is_folded=True,
            ),
        ),
        (Rule("ruleb", "{#custin} > 100000", labels("人数太多", "Too many"), "custin"),),
        title="custna",
        icon="users",
        color="teal",
        member_scope="own",
        aliases=("client",),
        removed=(field("custfx", "fax", "text", "传真", is_required=True),),
    )


def sales_app() -> AppDocuments:
    app = App(
        "salesa",
        "sales",
        labels("销售", "Sales"),
        "chart-bar",
        "green",
        (Group("groupa", ("custf", "orderf"), labels("日常", "Daily")), Group("groupb", ("paramf",))),
    )
    views = (
        View(
            "viewa",
            "key_customers",
            labels("重点客户", "Key customers"),
            "custf",
            columns=("custna", "custle", "owner"),
            filter="{#custle} = {@levela}",
            sort=(("custro", "desc"), ("created_at", "asc")),
            is_default=True,
        ),
        View("viewb", "recent", labels("近期", "Recent"), "orderf", columns=("ordno", "ordto")),
    )
    return AppDocuments(app, (customer_form(), order_form(), settings_form()), views)
