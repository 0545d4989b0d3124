"""Expressions as sentences in three languages."""

from __future__ import annotations

import pytest

from expressions import check, sentence
from tests.unit.expressions.worlds import WORLD

SENTENCES = [
    ('status = "done" AND amount > 100', "状态 是 已完成 且 金额 大于 100",
    "Status is Done and Amount is greater than 100"),
    ('paid OR status in ["done", "lost"]', "已付款 或 状态 是 已完成 或 已取消",
    "Paid or Status is Done or Cancelled"),
    ("owner = CURRENTUSER() AND (date < TODAY() - 7 OR note = \"x\")",
    "负责人 是 当前用户 且 （日期 早于 7 天前 或 备注 是 “x”）",
     "Owner is me and (Date is before 7 days ago or Note is “x”)"),
    ("BETWEEN(amount, 100000, 2000000)", "金额 在 100000 到 2000000 之间",
    "Amount is between 100000 and 2000000"),
    ("ISEMPTY(customer.name)", "客户 · 客户名称 为空", "Customer · Name is empty"),
    ('"VIP" in customer.tags', "客户 · 标签 中有 VIP", "Customer · Tags has VIP"),
    ("ROUND(SUM(lines.qty * lines.price), 2)", "明细 · （数量 乘 单价） 之和（保留 2 位小数）",
     "the sum of Lines · (Qty times Price) rounded to 2 places"),
    ('at >= STARTOF(TODAY(), "month")', "时间 不早于 今天 所在月的第一天",
    "At is not before the first day of the month of today"),
    ("NOT(paid)", "不满足（已付款）", "not (Paid)"),
    ("amount > 参数.tier_a_min", "金额 大于 参数 · A 级分数线", "Amount is greater than Param · Tier a min"),
]  # fmt: skip


@pytest.mark.parametrize(("source", "chinese", "english"), SENTENCES, ids=[one[0] for one in SENTENCES])
def test_expression_reads_as_a_sentence(source: str, chinese: str, english: str) -> None:
    node = check(source, WORLD, "torder").node
    assert node is not None
    assert sentence(node, WORLD, "zh-CN") == chinese
    assert sentence(node, WORLD, "en") == english
    assert sentence(node, WORLD, "zh-TW")
