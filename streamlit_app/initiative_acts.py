"""What a person does on the page of an initiative: one event each, refused where the page was no longer true."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import streamlit as st

from careatlas.codebook import Codebook
from careatlas.errors import CareAtlasError, UsageError
from careatlas.initiative_event import InitiativeEvent
from careatlas.initiative_reviewing import kept
from careatlas.initiatives_now import initiatives_now
from careatlas.project import Project
from careatlas.reviewed_initiative import ReviewedInitiative
from careatlas.store import initiative_events
from streamlit_app.identity import Reader

REFUSED = "careatlas-initiative-refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Acts:
    """One initiative as it is on the screen, before one person.

    Attributes
    ----------
    one : ReviewedInitiative or None
        ``None`` where it is no more and things can only be undone.
    event_count : int
        Events of the whole project when the page was drawn: only where there are more, somebody else did something.
    """

    project: Project
    codebook: Codebook
    reader: Reader
    one: ReviewedInitiative | None
    event_count: int

    @property
    def stamp(self) -> str:
        """Names the initiative in one state: when anything happens to it, its forms are made anew."""
        if self.one is None:
            return "gone"
        last = self.one.events[-1].event_id if self.one.events else "new"
        return f"{self.one.initiative.initiative_id}-{last}-{len(self.one.initiative.evidence)}"

    def keep(self, make: Callable[[datetime], InitiativeEvent], said: str, *, look: bool = True) -> None:
        """Keep what a person does, or remember why it was refused.

        Parameters
        ----------
        make : callable
            Makes the event at a time.
        look : bool
            Whether to refuse it if anything was done to the initiative since it was drawn.
        """
        try:
            if look:
                self._check_unchanged()
            kept(self.project.store, self.codebook, make(datetime.now(UTC)))
        except CareAtlasError as error:
            st.session_state[REFUSED] = str(error)
            return
        st.toast(said, icon=":material/check:")

    def _check_unchanged(self) -> None:
        with self.project.store.read() as connection:
            count = initiative_events.count(connection, self.codebook.id)
        if self.one is None or count == self.event_count:
            return
        now = initiatives_now(self.project.store, self.codebook).initiatives
        name, seen = self.one.initiative.initiative_id, {event.event_id for event in self.one.events}
        there = next((one for one in now if one.initiative.initiative_id == name), None)
        if there is None:  # the reason is said when it is to be kept
            return
        new = [event for event in there.events if event.event_id not in seen]
        if new:
            raise UsageError(
                f"{new[-1].person} {new[-1].action} it while you looked at it", mend="look at it again, then decide"
            )
        if len(there.events) < len(seen):
            raise UsageError("something was undone while you looked at it", mend="look at it again, then decide")
