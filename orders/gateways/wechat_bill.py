"""WeChat Pay's bill of a day: a gzipped CSV whose cells begin with a backtick, read as it streams."""

import csv
import gzip
import hashlib
import zlib
from collections.abc import Iterator
from datetime import datetime
from typing import IO
from zoneinfo import ZoneInfo

from mall.money import Money
from orders.gateways.base import BillLine
from orders.gateways.wire import unavailable

CHINA = ZoneInfo("Asia/Shanghai")
COLUMNS = [
    "交易时间", "公众账号ID", "商户号", "特约商户号", "设备号", "微信订单号", "商户订单号", "用户标识", "交易类型",
    "交易状态", "付款银行", "货币种类", "应结订单金额", "代金券金额", "微信退款单号", "商户退款单号", "退款金额",
    "充值券退款金额", "退款类型", "退款状态", "商品名称", "商户数据包", "手续费", "费率", "订单金额", "申请退款金额",
    "费率备注",
]  # fmt: skip
SUMS = "总交易单数"
_STANDINGS = {"SUCCESS": "done", "PROCESSING": "waiting", "FAIL": "failed", "CHANGE": "failed"}


def lines(file: IO[bytes], *, sha1: str, merchant: str) -> Iterator[BillLine]:
    """
    The movements; the sums at the end are passed by.

    :param sha1: of the file as it is unpacked
    :raises ChannelUnavailable: this is no such bill, or not all of it
    """
    try:
        if _sha1(file) != sha1.lower():
            raise unavailable()
        with gzip.open(file, "rt", encoding="utf-8-sig", newline="") as text:
            rows = csv.reader(text)
            place = {name.strip(): number for number, name in enumerate(next(rows, []))}
            for row in rows:
                if row and row[0].strip().startswith(SUMS):
                    return
                yield _line([cell.strip().removeprefix("`") for cell in row], place, merchant)
    except (OSError, EOFError, zlib.error, UnicodeDecodeError, ValueError, KeyError, IndexError):
        raise unavailable() from None


def _sha1(file: IO[bytes]) -> str:
    digest = hashlib.sha1(usedforsecurity=False)
    with gzip.open(file, "rb") as unpacked:
        for chunk in iter(lambda: unpacked.read(1 << 16), b""):
            digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()


def _line(row: list[str], place: dict[str, int], merchant: str) -> BillLine:
    state, currency = row[place["交易状态"]], row[place["货币种类"]]
    is_refund = state == "REFUND"
    amount = row[place["申请退款金额" if is_refund else "订单金额"]]
    fee = Money.parse(row[place["手续费"]] or "0", currency)
    return BillLine(
        kind="refund" if is_refund else "payment" if state == "SUCCESS" else "other",
        reference=row[place["商户退款单号" if is_refund else "商户订单号"]],
        provider_reference=row[place["微信退款单号" if is_refund else "微信订单号"]],
        amount=Money.parse(amount, currency),
        fee=fee if fee.minor >= 0 else -fee,
        standing=_STANDINGS.get(row[place["退款状态"]], "failed") if is_refund else "done",
        at=datetime.strptime(row[place["交易时间"]], "%Y-%m-%d %H:%M:%S").replace(tzinfo=CHINA),
        is_ours=row[place["商户号"]] == merchant,
    )
