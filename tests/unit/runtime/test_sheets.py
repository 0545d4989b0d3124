"""Spreadsheet files in and out: what people send, what attackers send, what we give back."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from builder.problems import Problem
from runtime.sheets.inert import guarded, storable, without_guard
from runtime.sheets.limits import Limits
from runtime.sheets.reading import Book, read_book
from runtime.sheets.values import CellError, decode_row, encode_row, from_float
from runtime.sheets.writing import Cell, Column, write_csv, write_xlsx


def book_of(answer: Book | Problem) -> Book:
    assert isinstance(answer, Book), answer
    return answer


def save(path: Path, rows: list[list[object]]) -> Path:
    book = Workbook()
    sheet = book.active
    for row in rows:
        sheet.append(row)
    book.save(path)
    return path


def test_workbook_gives_plain_values(tmp_path: Path) -> None:
    rows = [
        ["名称", "金额", "日期", "是"],
        ["华为", 12.5, date(2026, 2, 28), True],
        [None, 5.0, datetime(2026, 1, 1, 9, 30), False],
    ]
    book = book_of(read_book(save(tmp_path / "a.xlsx", rows), "a.xlsx", tmp_path / "out"))
    sheet = book.sheet(None)
    assert sheet is not None
    assert (sheet.rows, sheet.columns) == (3, 4)
    assert list(sheet.read()) == [
        ("名称", "金额", "日期", "是"),
        ("华为", Decimal("12.5"), date(2026, 2, 28), True),
        (None, 5, datetime(2026, 1, 1, 9, 30), False),
    ]


def test_reading_starts_at_any_row(tmp_path: Path) -> None:
    path = tmp_path / "many.csv"
    path.write_text("".join(f"{n},x\n" for n in range(2_500)), encoding="utf-8")
    sheet = book_of(read_book(path, "many.csv", tmp_path / "out")).sheet(None)
    assert sheet is not None
    assert [row[0] for row in sheet.read(1_999)] == [str(n) for n in range(1_999, 2_500)]
    assert list(sheet.read(2_500)) == []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "big5"])
def test_encoding_of_a_text_file_is_found(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "names.csv"
    text = "客戶名稱,聯絡電話,備註\n" + "臺北科技股份有限公司,02 2345 6789,月底付款並開立發票\n" * 30
    path.write_text(text, encoding=encoding)
    sheet = book_of(read_book(path, "names.csv", tmp_path / "out")).sheet(None)
    assert sheet is not None
    assert next(iter(sheet.read())) == ("客戶名稱", "聯絡電話", "備註")


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_separator_of_a_text_file_is_found(tmp_path: Path, separator: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        "\n".join(separator.join(row) for row in (["a b", "c"], ["1,5", "x"], ["2,5", "y"])), encoding="utf-8"
    )
    if separator == ",":
        path.write_text('"a b","c"\n"1,5",x\n', encoding="utf-8")
    sheet = book_of(read_book(path, "a.csv", tmp_path / "out")).sheet(None)
    assert sheet is not None
    assert next(iter(sheet.read(1))) == ("1,5", "x")


def test_float_of_a_workbook_is_what_people_see() -> None:
    assert from_float(0.1 + 0.2) == Decimal("0.3")
    assert from_float(5.0) == 5
    assert from_float(float("nan")) == CellError("#NUM!")


@given(
    st.lists(
        st.one_of(
            st.none(),
            st.text(),
            st.integers(),
            st.booleans(),
            st.decimals(allow_nan=False, allow_infinity=False, places=6),
            st.dates(),
            st.datetimes(),
        )
    )
)
def test_rows_survive_the_disk(row: list[object]) -> None:
    plain = [
        value if not isinstance(value, str) else value.encode("utf-8", "ignore").decode() for value in row
    ]
    assert list(decode_row(encode_row(plain))) == plain  # type: ignore[arg-type]


@given(st.text())
def test_guard_is_undone_by_reading(text: str) -> None:
    assert without_guard(guarded(text)) == text


@given(st.text(alphabet="=+-@\t\r\n'a ＝"))
def test_no_physical_line_of_a_csv_starts_dangerously(text: str) -> None:
    lines = guarded(text).replace("\r", "\n").split("\n")
    assert not any(line.startswith(("=", "+", "-", "@", "\t", "＝")) for line in lines)


def test_csv_of_ours_reads_back_as_it_was(tmp_path: Path) -> None:
    values = ["=1+1", "+86 138", "-12", "@SUM(A1)", "'quoted", "a\n=b", "\t=x", "普通"]
    target = io.StringIO(newline="")
    write_csv(target, [Column("=head")], [[Cell(value)] for value in values])
    path = tmp_path / "own.csv"
    path.write_text(target.getvalue(), encoding="utf-8-sig", newline="")
    sheet = book_of(read_book(path, "own.csv", tmp_path / "out")).sheet(None)
    assert sheet is not None
    assert [row[0] for row in sheet.read()] == ["=head", *values]


def test_workbook_of_ours_holds_no_formula(tmp_path: Path) -> None:
    path = tmp_path / "own.xlsx"
    rows = [
        [
            Cell("=HYPERLINK(1)"),
            Cell(Decimal("12.50"), "#,##0.00"),
            Cell(123456789012345678),
            Cell("bad\x01\ufffe\ud800"),
        ]
    ]
    assert write_xlsx(path, "客户/全部", [Column("=a"), Column("b"), Column("c"), Column("d")], rows) == 1
    with zipfile.ZipFile(path) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")
    cells = load_workbook(path).active
    assert [cell.value for cell in cells[2]] == ["=HYPERLINK(1)", 12.5, "123456789012345678", "bad"]
    assert cells["A2"].data_type == "s"


def test_storable_keeps_line_breaks() -> None:
    assert storable("a\nb\tc") == "a\nb\tc"


def test_zip_bomb_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (64 * 1024 * 1024))
    assert read_book(path, "bomb.xlsx", tmp_path / "out") == Problem("sheet.too_big_inside")


def test_entity_declarations_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "dtd.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')
    assert read_book(path, "dtd.xlsx", tmp_path / "out") == Problem("sheet.unsafe")


def test_too_many_styles_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "styles.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/styles.xml", "<cellXfs>" + "<xf numFmtId='0'/>" * 6_000 + "</cellXfs>")
    answer = read_book(path, "styles.xlsx", tmp_path / "out")
    assert isinstance(answer, Problem)
    assert answer.code == "sheet.too_many_styles"


def test_too_many_cells_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("1,2,3\n" * 100, encoding="utf-8")
    assert read_book(path, "a.csv", tmp_path / "out", limits=Limits(cells=200)) == Problem(
        "sheet.too_many_cells"
    )


def test_a_lone_cell_in_the_far_corner_harms_nothing(tmp_path: Path) -> None:
    book = Workbook()
    book.active["XFD1048576"] = 1
    book.save(tmp_path / "corner.xlsx")
    answer = read_book(tmp_path / "corner.xlsx", "corner.xlsx", tmp_path / "out")
    sheet = book_of(answer).sheet(None)
    assert sheet is not None
    assert list(sheet.read(sheet.rows - 1)) == [(1,)]


@pytest.mark.parametrize("name", ["a.xlsx", "a.xls", "a.ods"])
def test_garbage_is_named_unreadable(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"this is not a spreadsheet")
    assert read_book(path, name, tmp_path / "out") == Problem("sheet.unreadable")


def test_an_empty_file_is_named_empty(tmp_path: Path) -> None:
    path = tmp_path / "empty.csv"
    path.write_text("", encoding="utf-8")
    assert read_book(path, "empty.csv", tmp_path / "out") == Problem("sheet.empty")


def test_an_unknown_ending_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(b"%PDF")
    answer = read_book(path, "a.pdf", tmp_path / "out")
    assert isinstance(answer, Problem)
    assert answer.code == "sheet.unknown_type"
