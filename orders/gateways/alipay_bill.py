"""Alipay's bill of a day: a ZIP with CSV files in GBK, whose lines of trades and refunds are read as they stream."""

import csv
import io
import zipfile
from collections.abc import Iterator
from datetime import datetime
from typing import IO
from zoneinfo import ZoneInfo

from mall.money import Money
from orders.gateways.base import BillLine
from orders.gateways.wire import unavailable

ENCODING = "gb18030"
CHINA = ZoneInfo("Asia/Shanghai")
TRADE, REFUND = "交易", "退款"
COLUMNS = [
    "支付宝交易号", "商户订单号", "业务类型", "商品名称", "创建时间", "完成时间", "门店编号", "门店名称", "操作员",
    "终端号", "对方账户", "订单金额（元）", "商家实收（元）", "支付宝红包（元）", "集分宝（元）", "支付宝优惠（元）",
    "商家优惠（元）", "券核销金额（元）", "券名称", "商家红包消费金额（元）", "卡消费金额（元）", "退款批次号/请求号",
    "服务费（元）", "分润（元）", "备注",
]  # fmt: skip


def lines(file: IO[bytes]) -> Iterator[BillLine]:
    """
    The movements; the file with the sums is passed by.

    :raises ChannelUnavailable: this is no such bill
    """
    try:
        with zipfile.ZipFile(file) as folder:
            for name in folder.namelist():
                with folder.open(name) as raw, io.TextIOWrapper(raw, ENCODING, newline="") as text:
                    rows = csv.reader(line for line in text if not line.startswith("#"))
                    header = [cell.strip() for cell in next(rows, [])]
                    if COLUMNS[0] in header and "业务类型" in header:
                        yield from _lines(header, rows)
                        return
    except (zipfile.BadZipFile, UnicodeDecodeError, ValueError, KeyError):
        raise unavailable() from None
    raise unavailable()


def _lines(header: list[str], rows) -> Iterator[BillLine]:
    place = {name: number for number, name in enumerate(header)}
    trade_no, order_no, kind, ended = (place[COLUMNS[number]] for number in (0, 1, 2, 5))
    amount, request_no, fee = place["订单金额（元）"], place["退款批次号/请求号"], place["服务费（元）"]
    for row in rows:
        if len(row) < len(header) or not row[trade_no].strip():
            continue
        is_refund = row[kind].strip() == REFUND
        yield BillLine(
            kind="refund" if is_refund else "payment" if row[kind].strip() == TRADE else "other",
            reference=(row[request_no] if is_refund else row[order_no]).strip(),
            provider_reference=row[trade_no].strip(),
            amount=_money(row[amount]),
            fee=_money(row[fee] or "0"),
            standing="done",
            at=datetime.strptime(row[ended].strip(), "%Y-%m-%d %H:%M:%S").replace(tzinfo=CHINA),
        )


def _money(text: str) -> Money:
    amount = Money.parse(text.strip() or "0", "CNY")
    return amount if amount.minor >= 0 else -amount
