"""All words of one language as a value, with its way of writing numbers and dates. Reads no files."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from ragbot.ui.words.chat import (
    AnswerWords,
    AskingWords,
    BuildingWords,
    DateWords,
    PageWords,
    PanelWords,
    SafetyWords,
    ShortcutsWords,
    WelcomeWords,
)
from ragbot.ui.words.documents import DocumentsWords
from ragbot.ui.words.group import Counted, Group
from ragbot.ui.words.guide import GuideWords
from ragbot.ui.words.keeping import HistoryWords, KeepingWords, ReportingWords
from ragbot.ui.words.library import CautionWords, LibraryWords, ScopeWords
from ragbot.ui.words.operating import OperatingWords

_DATE_FORMS = ("%Y-%m-%d", "%Y-%m")


class Words(Group):
    """Every word of the interface in one language. `replies` are fixed texts that come from below the page."""

    language: str
    page: PageWords
    dates: DateWords
    asking: AskingWords
    welcome: WelcomeWords
    building: BuildingWords
    answer: AnswerWords
    guide: GuideWords
    safety: SafetyWords
    panel: PanelWords
    shortcuts: ShortcutsWords
    scope: ScopeWords
    library: LibraryWords
    caution: CautionWords
    keeping: KeepingWords
    history: HistoryWords
    reporting: ReportingWords
    replies: Mapping[str, str]
    documents: DocumentsWords
    operating: OperatingWords

    def number(self, count: int) -> str:
        """`count` with its thousands set apart as this language does."""
        return f"{count:,}".replace(",", self.dates.thousands)

    def counted(self, text: Counted, count: int) -> str:
        """The text for one or for many, with its count."""
        return text.one if count == 1 else text.many.format(count=self.number(count))

    def date(self, date: str) -> str:
        """An ISO date or month as people write it; anything else unchanged."""
        for read, form in zip(_DATE_FORMS, (self.dates.day, self.dates.month), strict=True):
            try:
                day = datetime.strptime(date, read)
            except ValueError:
                continue
            return form.format(day=day.day, month=self.dates.months[day.month - 1], year=day.year)
        return date

    def moment(self, when: datetime) -> str:
        """Date and time of day."""
        return self.dates.moment.format(date=self.date(f"{when:%Y-%m-%d}"), time=f"{when:%H:%M}")

    def stage(self, stage: str, done: int, total: int) -> str:
        """How far a build is, in one line; `total` 0 means that it is not known yet."""
        name = self.building.stages.get(stage, stage)
        if not total:
            return name
        return self.building.stage_of.format(stage=name, done=self.number(done), total=self.number(total))
