"""The world the language is tested in: a small CRM, as `builder.world` would build it.

In: nothing. Out: `WORLD`, ids by name, `ENV`. Ids are not keys, so that nothing passes by accident.
"""

from __future__ import annotations

from datetime import UTC, date, datetime

from expressions.evaluation import Env
from expressions.kinds import (
    BOOL,
    DATE,
    DATETIME,
    INTEGER,
    MONEY,
    NUMBER,
    PERCENT,
    TEXT,
    USER,
    Choice,
    Kind,
    choice_of,
    list_of,
    record_of,
)
from expressions.world import FieldInfo, FormInfo, World


def choices(*names: tuple[str, str, str]) -> Kind:
    """Options by (key, Chinese, English)."""
    return choice_of(
        tuple(
            Choice(f"o{key}", key, (("zh-CN", chinese), ("en", english))) for key, chinese, english in names
        )
    )


def field(
    key: str, chinese: str, kind: Kind, *, english: str = "", is_link: bool = False, **more: object
) -> FieldInfo:
    labels = (("zh-CN", chinese), ("en", english or key.replace("_", " ").capitalize()))
    return FieldInfo("f" + key, key, kind, labels, is_link=is_link, **more)  # type: ignore[arg-type]


SYSTEM = (
    FieldInfo("created_at", "created_at", DATETIME, (("zh-CN", "创建时间"), ("en", "Created at"))),
    FieldInfo("created_by", "created_by", USER, (("zh-CN", "创建人"), ("en", "Created by"))),
    FieldInfo("updated_at", "updated_at", DATETIME, (("zh-CN", "更新时间"), ("en", "Updated at"))),
    FieldInfo("updated_by", "updated_by", USER, (("zh-CN", "更新人"), ("en", "Updated by"))),
    FieldInfo("owner", "owner", USER, (("zh-CN", "负责人"), ("en", "Owner"))),
)
STATUS = choices(("open", "进行中", "Open"), ("done", "已完成", "Done"), ("lost", "已取消", "Cancelled"))
STAGE_TYPE = choices(("open", "进行中", "In progress"), ("won", "赢单", "Won"), ("lost", "输单", "Lost"))
LEVELS = choices(("a", "A", "A"), ("b", "B", "B"), ("c", "C", "C"))
TAGS = choices(("vip", "VIP", "VIP"), ("new", "新客户", "New"), ("risk", "风险", "Risk"))
CHANNEL = choices(("partner", "伙伴", "Partner"), ("own", "自拓", "Own"), ("online", "线上", "Online"))


def form(key: str, chinese: str, *fields: FieldInfo, **more: object) -> FormInfo:
    labels = (("zh-CN", chinese), ("en", key.capitalize()))
    own_id = FieldInfo("id", "id", record_of("t" + key), (("zh-CN", "编号"), ("en", "ID")))
    return FormInfo("t" + key, key, labels, (*fields, *SYSTEM, own_id), **more)  # type: ignore[arg-type]


def subform(key: str, parent: str, *fields: FieldInfo) -> FormInfo:
    return FormInfo("f" + key, key, (), fields, parent="t" + parent)


PARAM = form(
    "param", "参数",
    field("r_cuts", "R 分界", list_of(record_of("fr_cuts"))),
    field("f_cuts", "F 分界", list_of(record_of("ff_cuts"))),
    field("m_cuts", "M 分界", list_of(record_of("fm_cuts"))),
    field("tier_a_min", "A 级分数线", INTEGER), field("tier_b_min", "B 级分数线", INTEGER),
    field("clv_years", "CLV 预测年数", NUMBER), field("churn_days", "流失无订单天数", INTEGER),
    field("weight_no_order", "无订单权重", INTEGER), field("weight_csat_drop", "满意度权重", INTEGER),
    field("pool_deal_days", "未成交入公海天数", INTEGER), field("pool_contact_days", "未跟进入公海天数",
    INTEGER),
    field("end_date", "截止日", DATE),
    is_single=True,
)  # fmt: skip
CUTS = tuple(subform(f"{letter}_cuts", "param", field("value", "分界值", NUMBER)) for letter in "rfm")
STAGE = form(
    "stage", "销售阶段", field("name", "阶段名称", TEXT), field("probability", "赢率", PERCENT),
    field("type", "类型", STAGE_TYPE), field("max_days", "最长停留天数", INTEGER),
)  # fmt: skip
SOURCE = form("source", "线索来源", field("name", "来源名称", TEXT), field("channel", "渠道类别", CHANNEL))
CUSTOMER = form(
    "customer", "客户",
    field("name", "客户名称", TEXT), field("credit_code", "信用代码", TEXT), field("level", "客户等级",
    LEVELS),
    field("tags", "标签", list_of(TAGS)), field("industry", "行业", TEXT), field("locked", "锁定", BOOL),
    field("parent_customer", "上级客户", record_of("tcustomer"), is_link=True),
    field("source", "来源", record_of("tsource"), is_link=True),
    field("order_count", "订单数", INTEGER), field("order_amount", "累计订单额", MONEY),
    field("gross_profit", "累计毛利", MONEY),
    field("service_cost", "服务成本", MONEY), field("first_order_at", "首次下单", DATE),
    field("last_order_at", "末次下单", DATE),
    field("last_followup_at", "最近跟进", DATETIME), field("owned_at", "成为负责人时间", DATETIME),
    field("days_since_order", "距末次下单天数", INTEGER, is_today_dependent=True), field("r_score",
    "R 得分", INTEGER),
    field("f_score", "F 得分", INTEGER), field("m_score", "M 得分", INTEGER), field("rfm", "RFM", INTEGER),
    field("tier", "等级", TEXT), field("avg_interval", "平均下单间隔", NUMBER), field("churn_score",
    "流失分", INTEGER),
    field("csat_90d", "近90天满意度", NUMBER), field("csat_prev_90d", "前90天满意度", NUMBER), field("need",
    "需求描述", TEXT),
    field("budget", "预算", MONEY), field("title", "职务", TEXT), field("phone", "电话", TEXT),
)  # fmt: skip
OPP = form(
    "opp", "商机",
    field("name", "名称", TEXT), field("customer", "客户", record_of("tcustomer"), is_link=True),
    field("stage", "阶段", record_of("tstage"), is_link=True), field("amount", "预计金额", MONEY),
    field("probability", "赢率", PERCENT), field("stage_at", "进入阶段时间", DATETIME), field("close_date",
    "预计成交日", DATE),
    field("days_in_stage", "停留天数", INTEGER, is_today_dependent=True),
)  # fmt: skip
ORDER = form(
    "order", "订单",
    field("no", "订单号", TEXT), field("customer", "客户", record_of("tcustomer"), is_link=True),
    field("date", "日期", DATE),
    field("status", "状态", STATUS), field("amount", "金额", MONEY), field("cost", "成本", MONEY),
    field("rate", "税率", PERCENT),
    field("qty", "数量", NUMBER), field("price", "单价", MONEY), field("disc", "折扣", PERCENT),
    field("ship", "运费", MONEY),
    field("paid", "已付款", BOOL), field("note", "备注", TEXT), field("at", "时间", DATETIME), field("due",
    "到期日", DATE),
    field("lines", "明细", list_of(record_of("flines"))), field("fees", "费用", list_of(record_of("ffees"))),
)  # fmt: skip
LINES = subform(
    "lines", "order", field("product", "产品", record_of("tproduct"), is_link=True), field("qty", "数量",
    NUMBER),
    field("price", "单价", MONEY), field("list_price", "标准价", MONEY), field("type", "类型", CHANNEL),
    field("note", "说明", TEXT),
    field("amount", "金额", MONEY), field("on", "交期", DATE),
)  # fmt: skip
FEES = subform("fees", "order", field("fee", "费用额", MONEY), field("kind", "费用类别", CHANNEL))
PRODUCT = form(
    "product",
    "产品",
    field("name", "产品名称", TEXT),
    field("price", "标准价", MONEY),
    field("cost_price", "成本价", MONEY),
)

WORLD = World.of((PARAM, *CUTS, STAGE, SOURCE, CUSTOMER, OPP, ORDER, LINES, FEES, PRODUCT))
NOW = datetime(2024, 2, 29, 4, 30, tzinfo=UTC)
ENV = Env(now=NOW, today=date(2024, 2, 29), zone="Asia/Shanghai", actor_member=7, language="zh-CN")
