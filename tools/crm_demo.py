"""Writes the demo data of the CRM bundle: about 3,000 rows, always the same, dates relative to today.

In: nothing (a fixed seed). Out: `crm_template/demo/<form>.json`. Run by hand when the forms change:
`python tools/crm_demo.py`. The shape aimed at: 15 % A, 35 % B, 50 % C customers; the best quarter of
the customers brings about 78 % of the revenue; a tenth of the customers has no order yet.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

DEMO = Path(__file__).resolve().parent.parent / "crm_template" / "demo"
SEED = 20261124

PEOPLE = ("li.na", "zhang.wei", "chen.yutong", "liu.siyuan", "sun.haoran", "zhou.xiaolin")
CITIES = (
    ("苏州", "jiangsu", "0512", "苏州工业园区星湖街"),
    ("南京", "jiangsu", "025", "江宁区秣周东路"),
    ("无锡", "jiangsu", "0510", "新吴区长江路"),
    ("杭州", "zhejiang", "0571", "滨江区江南大道"),
    ("宁波", "zhejiang", "0574", "北仑区明州路"),
    ("上海", "shanghai", "021", "浦东新区张衡路"),
    ("深圳", "guangdong", "0755", "南山区科苑路"),
    ("广州", "guangdong", "020", "黄埔区科学大道"),
    ("佛山", "guangdong", "0757", "顺德区容桂大道"),
    ("东莞", "guangdong", "0769", "松山湖新竹路"),
    ("北京", "beijing", "010", "海淀区中关村大街"),
    ("青岛", "shandong", "0532", "城阳区长城路"),
    ("济南", "shandong", "0531", "高新区舜华路"),
    ("成都", "sichuan", "028", "高新区天府大道"),
    ("武汉", "hubei", "027", "东湖高新区光谷大道"),
    ("厦门", "fujian", "0592", "集美区杏林湾路"),
    ("西安", "shaanxi", "029", "高新区锦业路"),
    ("天津", "tianjin", "022", "滨海新区第三大街"),
    ("重庆", "chongqing", "023", "渝北区金开大道"),
)
BRANDS = [
    "铭瑞",
    "云栖",
    "海纳",
    "蜀源",
    "楚天",
    "甬泰",
    "粤和",
    "中科远景",
    "海岳",
    "顺铝",
    "秦岭",
    "鹭岛",
    "津港",
    "申衡",
    "渝峰",
    "博川",
    "恒岳",
    "瑞景",
    "华拓",
    "启明",
    "天工",
    "九州",
    "鼎新",
    "联创",
    "金石",
    "远航",
    "锦程",
    "明德",
    "昌盛",
    "星河",
    "翰林",
    "嘉禾",
    "安澜",
    "广源",
    "中联",
    "沃达",
    "智汇",
    "百川",
    "国泰",
    "卓越",
    "森源",
    "丰华",
    "新锐",
    "宏图",
    "创为",
    "泰和",
]
TRADES = (
    ("精密机械", "equipment"),
    ("自动化设备", "equipment"),
    ("光电", "electronics"),
    ("电子科技", "electronics"),
    ("医疗器械", "medical"),
    ("食品", "food"),
    ("冷链物流", "logistics"),
    ("供应链管理", "logistics"),
    ("新材料", "materials"),
    ("软件", "software"),
    ("电子商务", "retail"),
    ("建筑工程", "construction"),
    ("教育科技", "education"),
)
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
GIVEN = [
    "伟",
    "芳",
    "娜",
    "敏",
    "静",
    "强",
    "磊",
    "洋",
    "艳",
    "勇",
    "军",
    "杰",
    "涛",
    "明",
    "超",
    "秀英",
    "霞",
    "平",
    "刚",
    "桂英",
    "建国",
    "志强",
    "丽华",
    "晓东",
    "雨桐",
    "思远",
    "浩然",
    "子轩",
    "欣怡",
    "文静",
    "俊杰",
    "雅婷",
    "嘉怡",
    "宇航",
    "梦琪",
    "一诺",
    "海燕",
    "国庆",
    "永康",
    "春梅",
]
TITLES = (
    "总经理",
    "采购经理",
    "采购主管",
    "技术总监",
    "信息部经理",
    "生产厂长",
    "财务经理",
    "行政主管",
    "项目经理",
)
GOODS = (
    ("边缘网关", "hardware", "piece", 3200, 1850),
    ("工业平板", "hardware", "piece", 5800, 3900),
    ("数据采集器", "hardware", "piece", 1280, 690),
    ("条码打印机", "hardware", "piece", 2150, 1420),
    ("手持终端", "hardware", "piece", 2680, 1750),
    ("温湿度传感器", "parts", "each", 268, 120),
    ("振动传感器", "parts", "each", 860, 410),
    ("通信模组", "parts", "each", 145, 82),
    ("备用电池", "parts", "each", 98, 51),
    ("安装支架", "parts", "each", 65, 22),
    ("生产管理平台", "software", "set", 68000, 9800),
    ("仓储管理系统", "software", "set", 46000, 7600),
    ("质量追溯模块", "software", "set", 28000, 4200),
    ("设备运维模块", "software", "set", 24000, 3900),
    ("移动审批", "software", "year", 6800, 900),
    ("云端托管", "software", "year", 12000, 3600),
    ("实施服务", "service", "day", 1800, 1100),
    ("现场培训", "service", "day", 1500, 900),
    ("年度维保", "service", "year", 9800, 4100),
    ("定制开发", "service", "day", 2200, 1500),
)
STAGES = (
    ("初步接触", 1, "0.1", "open", "pipeline", 14, "首次沟通\n识别需求", "需求摘要", "客户同意深入沟通"),
    (
        "需求确认",
        2,
        "0.3",
        "open",
        "pipeline",
        21,
        "痛点访谈\n确认预算与决策链",
        "需求说明书",
        "客户书面确认需求",
    ),
    ("方案报价", 3, "0.5", "open", "best", 14, "方案演示\n提交报价", "报价单", "客户进入比选"),
    ("商务谈判", 4, "0.8", "open", "commit", 14, "条款磋商\n合同审批", "合同草案", "条款达成一致"),
    ("签约成交", 5, "1", "won", "closed", None, "签署\n交接", "生效合同", "合同生效"),
    ("输单", 6, "0", "lost", "omitted", None, "复盘", "输单原因", "原因已填"),
)
TALK = (
    "电话沟通了产线改造的进度，对方希望本月内看到报价。",
    "拜访车间，现场确认了采集点位和网络条件。",
    "微信发送了产品资料，约定下周线上演示。",
    "演示了质量追溯模块，质量部认可，还需说服财务。",
    "讨论付款方式，对方倾向三期付款，我方坚持首付五成。",
    "回访使用情况，反馈报表导出较慢，已转技术支持。",
    "介绍了年度维保方案，客户会在预算会上提出。",
    "对方换了采购负责人，重新介绍公司与已交付的项目。",
    "确认合同条款，法务提出两处修改，今天回复。",
    "节日问候，顺便了解明年的扩产计划。",
    "客户对交付周期有顾虑，已给出分批交付的安排。",
    "约好下次到访时间，准备带上同行业案例。",
)
Row = dict[str, Any]


def day(offset: int) -> str:
    """A date `offset` days from today, as the bundle writes it."""
    return f"@{offset:+d}"


def instant(offset: int, chance: random.Random) -> str:
    """A time within office hours on that day."""
    return f"@{offset:+d}T{chance.choice((9, 10, 11, 14, 15, 16, 17)):02d}:{chance.randrange(0, 60, 5):02d}"


def stages() -> Iterator[Row]:
    keys = (
        "name",
        "sort_order",
        "probability",
        "type",
        "forecast_cat",
        "max_days",
        "key_actions",
        "outputs",
        "success_criteria",
    )
    for values in STAGES:
        yield {"#": f"stage-{values[1]}", **dict(zip(keys, values, strict=True))}


def settings() -> Iterator[Row]:
    yield {
        "#": "param-1",
        "r_cuts": [{"value": n} for n in (30, 90, 180, 365)],
        "f_cuts": [{"value": n} for n in (2, 3, 5, 8)],
        "m_cuts": [{"value": n} for n in (10000, 50000, 150000, 500000)],
    }


def products(chance: random.Random) -> Iterator[Row]:
    for number, (name, category, unit, price, cost) in enumerate(GOODS, 1):
        for level, factor in (("标准版", 1), ("专业版", 2)):
            serial = number * 10 + factor
            yield {
                "#": f"product-{serial}",
                "code": f"P{serial:04d}",
                "name": f"{name} {level}",
                "category": category,
                "unit": unit,
                "price": str(price * factor),
                "cost_price": str(cost * factor),
                "active": chance.random() > 0.05,
            }


def credit_code(chance: random.Random) -> str:
    """A unified social credit code with its right check digit (GB 32100-2015)."""
    signs = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    body = "91" + "".join(chance.choice("0123456789") for _ in range(6))
    body += "".join(chance.choice(signs) for _ in range(9))
    total = sum(signs.index(sign) * pow(3, place, 31) for place, sign in enumerate(body))
    return body + signs[(31 - total % 31) % 31]


def customers(chance: random.Random, count: int) -> Iterator[Row]:
    names: set[str] = set()
    while len(names) < count:
        city, region, code, street = chance.choice(CITIES)
        trade, industry = chance.choice(TRADES)
        name = f"{city}{chance.choice(BRANDS)}{trade}有限公司"
        if name in names:
            continue
        number = len(names)
        names.add(name)
        owned = -chance.randrange(5, 900)
        row: Row = {
            "#": f"customer-{number}",
            "name": name,
            "type": "company",
            "industry": industry,
            "size": chance.choice(("1-20", "21-100", "21-100", "101-500", "101-500", "501-1000", "1000+")),
            "region": region,
            "lifecycle": "lead",
            "owner": chance.choice(PEOPLE),
            "owned_at": instant(owned, chance),
            "pref_channel": chance.choice(("phone", "wechat", "wechat", "mail", "visit")),
            "created": owned - chance.randrange(0, 30),
        }
        if chance.random() < 0.8:
            row["phone"] = f"{code} {chance.randrange(2000, 9999)} {chance.randrange(1000, 9999)}"
        if chance.random() < 0.7:
            row["address"] = f"{city}{street} {chance.randrange(1, 999)} 号"
        if chance.random() < 0.6:
            row["credit_code"] = credit_code(chance)
        if chance.random() < 0.5:
            row["website"] = f"https://www.example{number}.com.cn"
        if chance.random() < 0.45:
            tags = ("key", "annual", "private", "export", "custom", "price", "bidding", "pays_well")
            row["tags"] = sorted(chance.sample(tags, chance.randrange(1, 3)))
        if chance.random() < 0.04:
            row["locked"] = True
        yield row


def contacts(chance: random.Random, firms: list[Row], count: int) -> Iterator[Row]:
    for number in range(count):
        firm = firms[number] if number < len(firms) else chance.choice(firms)
        first = number < len(firms)
        # A third of the birthdays lies just ahead, so that care reminders have something to show.
        birthday = (
            day(-chance.randrange(25, 55) * 365 + chance.randrange(-3, 8)) if chance.random() < 0.2 else None
        )
        yield {
            "#": f"contact-{number}",
            "name": chance.choice(SURNAMES) + chance.choice(GIVEN),
            "customer": "#" + firm["#"],
            "title": chance.choice(TITLES),
            "role": chance.choice(("decider", "influencer", "user", "buyer", "supporter")),
            "is_primary": first,
            "mobile": f"1{chance.choice('3578')}{chance.randrange(10**8, 10**9)}",
            "gender": chance.choice(("f", "m")),
            "birthday": birthday,
            "owner": firm["owner"],
        }


def opportunities(chance: random.Random, firms: list[Row], count: int) -> Iterator[Row]:
    things = [name for name, *_ in GOODS]
    for number in range(count):
        firm = chance.choice(firms)
        stage = chance.choices((1, 2, 3, 4, 5, 6), weights=(14, 12, 10, 8, 32, 24))[0]
        row: Row = {
            "#": f"opp-{number}",
            "name": f"{firm['name'][:4]}{chance.choice(things)}项目",
            "customer": "#" + firm["#"],
            "type": chance.choices(("new", "renewal", "upsell", "cross"), weights=(55, 15, 20, 10))[0],
            "stage": f"#stage-{stage}",
            "probability": STAGES[stage - 1][2],
            "amount": str(chance.randrange(8, 900) * 1000),
            "owner": firm["owner"],
        }
        if stage <= 4:
            row["close_date"] = day(chance.randrange(3, 120))
            row["stage_at"] = instant(-chance.randrange(1, 45), chance)
            row["next_step"] = chance.choice(("提交方案", "安排演示", "确认预算", "商务谈判", "签订合同"))
            row["next_at"] = instant(chance.randrange(-4, 15), chance)
        else:
            closed = -chance.randrange(2, 540)
            row["close_date"] = day(closed)
            row["closed_at"] = instant(closed, chance)
            row["stage_at"] = instant(closed, chance)
        if stage == 6:
            row["lost_reason"] = chance.choices(
                ("price", "rival", "budget", "feature", "timing", "silent"), weights=(35, 25, 15, 10, 8, 7)
            )[0]
        if stage >= 2:
            row["pain"] = chance.choice(
                ("产线数据靠手工抄录", "库存账实不符", "质量问题难以追溯", "设备停机没有预警")
            )
        yield row


def orders(chance: random.Random, firms: list[Row], goods: list[Row], count: int) -> Iterator[Row]:
    # Weights fall steeply: the first quarter of the buyers brings most of the revenue.
    buyers = firms[: int(len(firms) * 0.88)]
    weights = [1.0 / (place + 6) ** 1.05 for place in range(len(buyers))]
    for number in range(count):
        place = chance.choices(range(len(buyers)), weights=weights)[0]
        firm = buyers[place]
        age = int(chance.betavariate(1.1, 1.8) * 700) + 1
        status = (
            "done"
            if age > 25 and chance.random() < 0.93
            else chance.choice(("to_ship", "shipped", "done", "cancelled", "returned"))
        )
        big = place < len(buyers) * 0.25
        lines = []
        for good in chance.sample(goods, chance.choices((1, 2, 3, 4), weights=(35, 35, 20, 10))[0]):
            dear = float(good["price"]) > 10000
            qty = 1 if dear else chance.randrange(1, 12 if not big else 40)
            line: Row = {"product": "#" + good["#"], "qty": qty, "price": good["price"]}
            if chance.random() < 0.4:
                line["discount"] = chance.choice(("0.03", "0.05", "0.08", "0.1", "0.15"))
            lines.append(line)
        yield {
            "#": f"order-{number}",
            "customer": "#" + firm["#"],
            "channel": chance.choices(("offline", "online", "partner"), weights=(55, 30, 15))[0],
            "date": day(-age),
            "status": status,
            "lines": lines,
            "owner": firm["owner"],
        }


def followups(chance: random.Random, firms: list[Row], deals: list[Row], count: int) -> Iterator[Row]:
    by_firm: dict[str, list[Row]] = {}
    for deal in deals:
        by_firm.setdefault(deal["customer"][1:], []).append(deal)
    for number in range(count):
        firm = firms[int(chance.betavariate(1, 1.6) * len(firms))]
        age = -int(chance.betavariate(0.8, 2.2) * 240)
        kind = chance.choices(
            ("call", "wechat", "visit", "mail", "meeting", "sms"), weights=(38, 30, 14, 8, 8, 2)
        )[0]
        own = by_firm.get(firm["#"])
        row: Row = {
            "#": f"followup-{number}",
            "customer": "#" + firm["#"],
            "opp": "#" + chance.choice(own)["#"] if own and chance.random() < 0.5 else None,
            "type": kind,
            "at": instant(age - 1, chance),
            "content": chance.choice(TALK),
            "by": firm["owner"],
            "owner": firm["owner"],
            "next_at": instant(age + chance.randrange(3, 21), chance) if chance.random() < 0.4 else None,
        }
        if kind == "call":
            row["connected"] = chance.random() < 0.7
            row["duration_min"] = chance.randrange(1, 35)
        yield row


def live(rows: list[Row], bought: set[str], recent: set[str], worked: set[str]) -> None:
    """Gives each customer the lifecycle that its orders and opportunities tell."""
    for row in rows:
        name = row["#"]
        if name in recent:
            row["lifecycle"] = "active"
        elif name in bought:
            row["lifecycle"] = "asleep"
        elif name in worked:
            row["lifecycle"] = "interest"
        row.pop("created")


def write(form: str, rows: list[Row]) -> None:
    columns = list(dict.fromkeys(key for row in rows for key in row))
    lines = [json.dumps([row.get(key) for key in columns], ensure_ascii=False) for row in rows]
    head = json.dumps(columns, ensure_ascii=False)
    text = '{\n"columns": ' + head + ',\n"rows": [\n' + ",\n".join(lines) + "\n]\n}\n"
    (DEMO / f"{form}.json").write_text(text, encoding="utf-8")


def main() -> None:
    chance = random.Random(SEED)
    firms = list(customers(chance, 220))
    goods = list(products(chance))
    people = list(contacts(chance, firms, 380))
    deals = list(opportunities(chance, firms, 300))
    sales = list(orders(chance, firms, goods, 650))
    talks = list(followups(chance, firms, deals, 1380))
    done = [(sale["customer"][1:], int(sale["date"][1:])) for sale in sales if sale["status"] == "done"]
    live(
        firms,
        {name for name, _ in done},
        {name for name, at in done if at > -120},
        {deal["customer"][1:] for deal in deals},
    )
    DEMO.mkdir(parents=True, exist_ok=True)
    everything = {
        "param": list(settings()),
        "stage": list(stages()),
        "customer": firms,
        "contact": people,
        "product": goods,
        "opp": deals,
        "order": sales,
        "followup": talks,
    }
    for form, rows in everything.items():
        write(form, rows)


if __name__ == "__main__":
    main()
