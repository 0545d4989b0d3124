"""The CDNOW purchases as spreadsheets: `python tools/cdnow.py SAMPLE.txt FOLDER`.

In: the sample's text (index, customer, date as yyyymmdd, quantity, dollars; blanks between, no header).
Out: customers.csv (one name a line), orders.csv and orders.xlsx (customer, date, quantity, dollars).
Every line becomes a row, as it is: exact duplicates and purchases of 0 dollars too. Nothing is added up.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from openpyxl import Workbook


@dataclass(frozen=True, slots=True)
class Purchase:
    """One line of the file. `customer` keeps its leading zeros."""

    customer: str
    on: date
    quantity: int
    dollars: Decimal


def read_purchases(path: Path) -> Iterator[Purchase]:
    for line in path.read_text(encoding="ascii").splitlines():
        if line.strip():
            _, customer, day, quantity, dollars = line.split()
            on = date(int(day[:4]), int(day[4:6]), int(day[6:]))
            yield Purchase(customer, on, int(quantity), Decimal(dollars))


def write_sheets(sample: Path, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    purchases = list(read_purchases(sample))
    with (folder / "customers.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([name] for name in dict.fromkeys(one.customer for one in purchases))
    with (folder / "orders.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(
            [one.customer, one.on.isoformat(), one.quantity, one.dollars] for one in purchases
        )
    book = Workbook(write_only=True)
    sheet = book.create_sheet("orders")
    for one in purchases:
        sheet.append([one.customer, one.on, one.quantity, one.dollars])
    book.save(folder / "orders.xlsx")


if __name__ == "__main__":
    write_sheets(Path(sys.argv[1]), Path(sys.argv[2]))
