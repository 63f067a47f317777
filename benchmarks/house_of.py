"""A house of any size, generated from a seed: what is described, and what somebody would look for.

The same seed and count give the same records on every machine. Six of ten titles are Chinese, the rest English; words come
from lists with the steep frequencies of real finding aids, names from syllables, so that there are common and rare ones.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

SEED = 20261124
ITEMS_IN_A_BOX = 16
BOXES_IN_A_COLLECTION = 60
BOX_WIDTHS_MM = (60, 100, 127, 127, 127, 150, 320)

_ENGLISH = (
    "correspondence papers records files minutes reports photographs letters drafts notes invoices accounts meeting "
    "committee research general miscellaneous subject council annual financial bridge school church hospital railway "
    "company department university water property estate legal court police election treaty survey maps plans drawings "
    "clippings press speeches diaries memoirs manuscripts proofs contracts agreements deeds wills inventories catalogues "
    "exhibitions programs scrapbooks postcards albums negatives slides film audio interviews transcripts genealogy family "
    "military service medals certificates diplomas lectures teaching syllabi grants proposals personnel staff payroll "
    "budgets ledgers receipts vouchers insurance taxes mortgages rents leases construction repairs architecture gardens "
    "parks roads canals harbours ships aviation mining forestry agriculture cattle cotton tobacco sugar medicine nursing "
    "epidemics public health education libraries museums music theatre dance poetry fiction translation printing "
    "bookbinding newspapers journals radio television telegraph telephone electricity gas sanitation housing labour "
    "unions strikes elections suffrage abolition emigration missions temperance charity relief orphans veterans"
).split()
_CHINESE = (
    "档案 文件 会议 报告 通知 记录 计划 总结 关于 工作 水利 人民 政府 教育 学校 财务 预算 决算 "
    "统计 年度 人事 干部 任免 工资 土地 房屋 建设 工程 设计 图纸 竣工 合同 协议 审批 请示 批复 "
    "意见 规定 办法 条例 公路 铁路 桥梁 交通 运输 农业 林业 粮食 棉花 供销 工业 机械 纺织 化工 "
    "电力 邮电 卫生 医院 防疫 计划生育 民政 救灾 优抚 婚姻 登记 户口 公安 法院 检察 司法 案件 "
    "判决 选举 代表 大会 常委 委员会 组织 宣传 统战 纪律 检查 监察 党员 团员 妇女 工会 青年 "
    "体育 文化 广播 电影 图书 文物 博物馆 地方志 年鉴 家谱 契约 地图 照片 录音 录像 信函 手稿 "
    "日记 剪报 奖状 证书 职称 科研 技术 专利 标准 质量 计量 环境 保护 气象 地震 防洪 水库 灌溉 "
    "河道 堤防 移民 拆迁 规划 测绘 矿产 能源 商业 物价 税务 工商 银行 保险 外贸 旅游"
).split()
_SYLLABLES = "ba ber cor dan el far gar hol in jor kel lan mar nor os pel quin ros sten tor ul ver wal yar zim".split()
_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
_GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂兰玉萍建华国庆志文德宝祥瑞清"
_COUNTIES = "长江黄河淮安徽河南北山东西湖海川陕甘宁青贵云广福浙苏"


@dataclass(frozen=True, slots=True)
class Collection:
    """What one finding aid would hold."""

    number: int
    title: str
    reference: str


@dataclass(frozen=True, slots=True)
class Box:
    """A box, with its collection's number."""

    number: int
    collection: int
    indicator: int
    width_mm: int
    barcode: str


@dataclass(frozen=True, slots=True)
class Item:
    """A described unit in a box."""

    box: Box
    title: str
    reference: str
    dates: str
    path: tuple[str, ...]


class Chooser:
    """Draws words with steep frequencies, and made-up names."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self._english = list(accumulate(1 / (rank + 2) for rank in range(len(_ENGLISH))))
        self._chinese = list(accumulate(1 / (rank + 2) for rank in range(len(_CHINESE))))

    def english(self, count: int) -> list[str]:
        """Return English words."""
        return self.random.choices(_ENGLISH, cum_weights=self._english, k=count)

    def chinese(self, count: int) -> list[str]:
        """Return Chinese words."""
        return self.random.choices(_CHINESE, cum_weights=self._chinese, k=count)

    def name(self) -> str:
        """Return a family name of two to three syllables."""
        return "".join(self.random.choices(_SYLLABLES, k=self.random.choice((2, 2, 3)))).capitalize()

    def chinese_name(self) -> str:
        """Return a personal name of three characters."""
        return self.random.choice(_SURNAMES) + "".join(self.random.choices(_GIVEN, k=2))

    def county(self) -> str:
        """Return the name of a county."""
        return "".join(self.random.choices(_COUNTIES, k=2)) + "县"

    def title(self) -> str:
        """Return an item's title."""
        year = self.random.randint(1890, 2019)
        if self.random.random() < 0.6:
            words = "".join(self.chinese(self.random.randint(2, 4)))
            form = self.random.randrange(3)
            if form == 0:
                return f"{self.county()}{words}第{self.random.randint(1, 200)}号"
            return f"{year}年{words}" if form == 1 else f"{self.chinese_name()}{words}"
        words = " ".join(self.english(self.random.randint(1, 4))).capitalize()
        form = self.random.randrange(3)
        if form == 0:
            return f"{self.name()}, {self.name()}: {words}"
        return f"{words}, {year}-{year + self.random.randint(0, 9)}" if form == 1 else f"{words}, {self.name()}"


def items_of(count: int, seed: int = SEED) -> Iterator[Item]:
    """Yield `count` items, box by box and collection by collection."""
    choose = Chooser(seed)
    box = Box(0, 0, 0, 0, "")
    collection = Collection(0, "", "")
    path: tuple[str, ...] = ()
    for number in range(count):
        if number % ITEMS_IN_A_BOX == 0:
            in_collection = box.number % BOXES_IN_A_COLLECTION
            if in_collection == 0:
                collection = collection_of(collection.number + 1, seed)
            width_mm = choose.random.choice(BOX_WIDTHS_MM)
            box = Box(box.number + 1, collection.number, in_collection + 1, width_mm, f"3{box.number + 1:013d}")
        if number % (ITEMS_IN_A_BOX * 5) == 0:
            path = tuple(" ".join(choose.english(2)).capitalize() for _ in range(choose.random.randint(1, 2)))
        year = choose.random.randint(1890, 2019)
        yield Item(box, choose.title(), f"{collection.reference}-{number % 5000 + 1:04d}", str(year), path)


def collection_of(number: int, seed: int = SEED) -> Collection:
    """Return a collection by its number."""
    choose = Chooser(seed ^ number)
    title = f"{choose.name()} family papers" if number % 2 else f"{choose.county()}{''.join(choose.chinese(2))}局"
    return Collection(number, title, f"MS{number:04d}" if number % 2 else f"X{number:03d}")


def queries(count: int = 1000, seed: int = SEED) -> list[str]:
    """Return what people look for: a third with two common fragments, the rest rare and common, English and Chinese."""
    choose = Chooser(seed + 1)
    kinds = (_two_fragments, _two_fragments, _rare_name, _common_word, _some_characters, _boxed)
    return [kinds[number % len(kinds)](choose) for number in range(count)]


def _two_fragments(choose: Chooser) -> str:
    if choose.random.random() < 0.5:
        first, second = (word[: choose.random.randint(2, len(word))] for word in choose.chinese(2))
        return f"{first} {second}"
    first, second = choose.english(2)
    year = str(choose.random.randint(1890, 2019))
    second = choose.random.choice((second, year, year[:2], year[:3]))
    return f"{first[: choose.random.randint(3, len(first))]} {second[: choose.random.randint(2, len(second))]}"


def _rare_name(choose: Chooser) -> str:
    return choose.name() if choose.random.random() < 0.5 else choose.chinese_name()


def _common_word(choose: Chooser) -> str:
    return choose.english(1)[0] if choose.random.random() < 0.5 else choose.chinese(1)[0]


def _some_characters(choose: Chooser) -> str:
    title = ""
    while not title or title.isascii():
        title = choose.title()
    start = choose.random.randrange(max(1, len(title) - 4))
    return title[start : start + choose.random.randint(1, 4)]


def _boxed(choose: Chooser) -> str:
    word = choose.english(1)[0] if choose.random.random() < 0.5 else choose.chinese(1)[0]
    return f"{word} box {choose.random.randint(1, BOXES_IN_A_COLLECTION)}"
