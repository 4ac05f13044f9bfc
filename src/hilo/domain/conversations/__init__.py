"""The heart: conversations, their messages, and how both come and go."""

from hilo.domain.conversations import crossing, identity
from hilo.domain.conversations.crossing import Elsewhere, Offer
from hilo.domain.conversations.desk.drafts import (
    Draft,
    drop_draft,
    find_draft,
    list_drafts,
    save_draft,
)
from hilo.domain.conversations.desk.reading import mark_read, mark_unread
from hilo.domain.conversations.desk.tagging import delete_tag, tag, untag
from hilo.domain.conversations.desk.triaging import (
    Assignment,
    assign,
    prioritize,
    reopen,
    resolve,
    set_pending,
    snooze,
    unassign,
    unsnooze,
    wake,
)
from hilo.domain.conversations.errors import (
    AlreadyTaken,
    OptedOut,
    StaleReply,
    TooLateToWithdraw,
    WindowClosed,
)
from hilo.domain.conversations.events import (
    AttachmentStored,
    ConversationChanged,
    ConversationErased,
    ConversationOpened,
    ConversationSplit,
    MessageChanged,
    MessageEchoed,
    MessageLinked,
    MessageQueued,
    MessageReceived,
    MessageState,
    MessageWithdrawn,
    NoteAdded,
)
from hilo.domain.conversations.identity.journal import LinkView
from hilo.domain.conversations.identity.likeness import Likeness
from hilo.domain.conversations.identity.merging import Collision, MergePreview, merge, preview_merge
from hilo.domain.conversations.incoming.arriving import FETCH, Fetch, fetch_again, settle_file
from hilo.domain.conversations.incoming.hearing import Entered, hear, tell_visit
from hilo.domain.conversations.incoming.intake import Intake
from hilo.domain.conversations.incoming.profiling import Portray, Profiled, keep_profile
from hilo.domain.conversations.models import (
    PRIORITIES,
    SEQ_MOST,
    AttachmentView,
    Author,
    ContactRef,
    ConversationView,
    LastMessage,
    MessageView,
    PartView,
    Priority,
    Reaction,
    Status,
)
from hilo.domain.conversations.outgoing import acting
from hilo.domain.conversations.outgoing.carry import Carriage, rescue
from hilo.domain.conversations.outgoing.deciding import Decision, decide, withdraw
from hilo.domain.conversations.outgoing.health import Health, health
from hilo.domain.conversations.outgoing.letters import Stationery
from hilo.domain.conversations.outgoing.reactions import resume_mended
from hilo.domain.conversations.outgoing.resolving import Resolver
from hilo.domain.conversations.outgoing.settling import Resolve
from hilo.domain.conversations.replies.attaching import is_sent
from hilo.domain.conversations.replies.given import Given
from hilo.domain.conversations.replies.looping import Guard, guard_of, lift
from hilo.domain.conversations.replies.replying import (
    Carry,
    Written,
    find_message,
    write,
    write_automatically,
)
from hilo.domain.conversations.replies.ways import WayView, ways
from hilo.domain.conversations.replies.windows import heard_lately
from hilo.domain.conversations.thread.amending import Before, texts_before
from hilo.domain.conversations.thread.erasing import SWEEP, Sweep, erase, erase_resting
from hilo.domain.conversations.thread.writing import NewMessage, append
from hilo.domain.conversations.views import visitors, waiting
from hilo.domain.conversations.views.counts import (
    AllCounts,
    Counts,
    all_counts,
    counts,
    counts_drift,
)
from hilo.domain.conversations.views.lists import (
    Filters,
    Order,
    find_external,
    get_conversation,
    list_conversations,
    list_messages,
    messages_after,
    some_conversations,
    some_messages,
)
from hilo.domain.conversations.views.search import Hit, Question, search
from hilo.domain.conversations.views.search import Kind as SearchKind
from hilo.domain.conversations.views.timeline import TimelineEvent, TimelineItem, timeline

__all__ = [
    "FETCH",
    "PRIORITIES",
    "SEQ_MOST",
    "SWEEP",
    "AllCounts",
    "AlreadyTaken",
    "Assignment",
    "AttachmentStored",
    "AttachmentView",
    "Author",
    "Before",
    "Carriage",
    "Carry",
    "Collision",
    "ContactRef",
    "ConversationChanged",
    "ConversationErased",
    "ConversationOpened",
    "ConversationSplit",
    "ConversationView",
    "Counts",
    "Decision",
    "Draft",
    "Elsewhere",
    "Entered",
    "Fetch",
    "Filters",
    "Given",
    "Guard",
    "Health",
    "Hit",
    "Intake",
    "LastMessage",
    "Likeness",
    "LinkView",
    "MergePreview",
    "MessageChanged",
    "MessageEchoed",
    "MessageLinked",
    "MessageQueued",
    "MessageReceived",
    "MessageState",
    "MessageView",
    "MessageWithdrawn",
    "NewMessage",
    "NoteAdded",
    "Offer",
    "OptedOut",
    "Order",
    "PartView",
    "Portray",
    "Priority",
    "Profiled",
    "Question",
    "Reaction",
    "Resolve",
    "Resolver",
    "SearchKind",
    "StaleReply",
    "Stationery",
    "Status",
    "Sweep",
    "TimelineEvent",
    "TimelineItem",
    "TooLateToWithdraw",
    "WayView",
    "WindowClosed",
    "Written",
    "acting",
    "all_counts",
    "append",
    "assign",
    "counts",
    "counts_drift",
    "crossing",
    "decide",
    "delete_tag",
    "drop_draft",
    "erase",
    "erase_resting",
    "fetch_again",
    "find_draft",
    "find_external",
    "find_message",
    "get_conversation",
    "guard_of",
    "health",
    "hear",
    "heard_lately",
    "identity",
    "is_sent",
    "keep_profile",
    "lift",
    "list_conversations",
    "list_drafts",
    "list_messages",
    "mark_read",
    "mark_unread",
    "merge",
    "messages_after",
    "preview_merge",
    "prioritize",
    "reopen",
    "rescue",
    "resolve",
    "resume_mended",
    "save_draft",
    "search",
    "set_pending",
    "settle_file",
    "snooze",
    "some_conversations",
    "some_messages",
    "tag",
    "tell_visit",
    "texts_before",
    "timeline",
    "unassign",
    "unsnooze",
    "untag",
    "visitors",
    "waiting",
    "wake",
    "ways",
    "withdraw",
    "write",
    "write_automatically",
]
