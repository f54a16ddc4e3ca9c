/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The faults.  A fault is either a bug in the logic (the files beside this one
 * ask for it by its enum) or a change to some of the segments that leave, which
 * this table describes: which (`on`, and `when` for the circumstances), what is
 * done to them (`how`), and by how much.
 */
#include <string.h>

#include "peer_priv.h"

/* Kinds of segments; each that leaves is of exactly one. */
enum {
	SYN = 1,     /* SYN|ACK */
	RST = 2,     /* for a segment that had an ACK */
	RST_ACK = 4, /* for one that had none */
	FIN = 8,     /* with data or without */
	DATA = 16,
	ACK = 32,  /* and nothing else */
	OPEN = 64, /* SYN */
	LATER = FIN | DATA | ACK,
	ALL = 127
};

/* Circumstances; all that are asked for must hold. */
enum {
	AGAIN = 1,     /* a retransmission */
	NEW = 2,       /* none */
	CHALLENGE = 4, /* the answer to an unacceptable segment */
	AFTER_FIN = 8, /* the tester's FIN has been received */
	SECOND = 16,   /* not the first segment after the SYN|ACK */
	SYN_DATA = 32, /* the connection's first segment had data */
	READ = 64,     /* data has been received, no FIN yet */
};

enum how {
	HOW_NONE,
	HOW_SEQ_ADD,
	HOW_SEQ_SET,
	HOW_ACK_ADD,
	HOW_FLAGS_FLIP,
	HOW_WINDOW_SET,
	HOW_RESERVED_SET,
	HOW_DELAY_MS,
	HOW_COPIES,
	HOW_CHECKSUM_BAD,
	HOW_DATA_FLIP,
	HOW_DATA_CUT,
	HOW_OPTION_DROP,
	HOW_OPTION_ADD,
	HOW_OPTION_VALUE,
	HOW_PADDING,
	HOW_SPORT_ADD,
	HOW_COPY_NUMBERS,
	HOW_OPTION_AGAIN,
	HOW_SCALE_ADD,
	HOW_TSVAL_ADD,
	HOW_SACK,
	HOW_IP_CHECKSUM,
	HOW_DATA_OFFSET,
	HOW_OPTION_CUT,
};

/* What is done to SACK blocks. */
enum {
	SACK_EMPTY = 1, /* the first ends where it begins */
	SACK_BEHIND,	/* the first begins at the ACK */
	SACK_LONG,	/* the first ends an octet later */
	SACK_TWICE,	/* the last stands there once more */
	SACK_ODD,	/* half of an edge is missing */
	SACK_TURNED,	/* the last comes first */
};

#define LOGIC(name, about, bug)                     \
	{                                           \
		name, about, bug, 0, 0, HOW_NONE, 0 \
	}
#define WIRE(name, about, on, when, how, by)             \
	{                                                \
		name, about, BUG_NONE, on, when, how, by \
	}

const struct peer_fault peer_faults[] = {
	/* the handshake */
	WIRE("syn-ack-high", "its SYN|ACK acknowledges ISS+2", SYN, 0, HOW_ACK_ADD, 1),
	WIRE("syn-not-counted", "its SYN|ACK acknowledges ISS", SYN, 0, HOW_ACK_ADD, -1),
	WIRE("syn-without-ack", "answers a SYN with a SYN", SYN, 0, HOW_FLAGS_FLIP, TCP_ACK),
	WIRE("syn-ack-with-fin", "its SYN|ACK has a FIN as well", SYN, 0, HOW_FLAGS_FLIP, TCP_FIN),
	WIRE("syn-ack-missing", "does not answer a SYN", SYN, 0, HOW_COPIES, 0),
	WIRE("syn-ack-late", "answers a SYN after three seconds", SYN, NEW, HOW_DELAY_MS, 3000),
	WIRE("syn-data-overcounted", "acknowledges more than SYN and data",
	     SYN, SYN_DATA, HOW_ACK_ADD, 6),
	LOGIC("isn-constant", "its initial sequence number never changes", BUG_ISN_CONSTANT),
	LOGIC("isn-steps", "its initial sequence numbers are 64,000 apart", BUG_ISN_STEPS),
	LOGIC("isn-zero", "its initial sequence number is zero", BUG_ISN_ZERO),
	LOGIC("isn-echoed", "takes the tester's initial sequence number", BUG_ISN_ECHOED),
	LOGIC("isn-echoed-plus-one", "takes the tester's number plus one", BUG_ISN_ECHOED_PLUS_ONE),
	LOGIC("isn-changes", "a repeated SYN draws another sequence number", BUG_ISN_CHANGES),
	LOGIC("syn-again-ignored", "does not answer a repeated SYN", BUG_SYN_AGAIN_IGNORED),
	WIRE("syn-ack-again-moves", "its retransmitted SYN|ACK has another number",
	     SYN, AGAIN, HOW_SEQ_ADD, 1),
	WIRE("own-syn-not-counted", "goes on at its ISN instead of ISN+1",
	     LATER, 0, HOW_SEQ_ADD, -1),
	LOGIC("wrong-ack-ignored", "a wrong ACK in SYN-RECEIVED draws nothing",
	      BUG_WRONG_ACK_IGNORED),
	LOGIC("wrong-ack-opens", "a wrong ACK completes the handshake", BUG_WRONG_ACK_OPENS),
	LOGIC("wrong-ack-ends", "a wrong ACK ends the connection", BUG_WRONG_ACK_ENDS),
	LOGIC("early-data-lost", "data on the last ACK of the handshake is dropped",
	      BUG_EARLY_DATA_LOST),
	LOGIC("early-fin-lost", "a FIN on the last ACK of the handshake is dropped",
	      BUG_EARLY_FIN_LOST),
	LOGIC("out-of-window-opens", "an ACK out of the window completes the handshake",
	      BUG_OUT_OF_WINDOW_OPENS),

	/* options */
	WIRE("mss-missing", "its SYN|ACK has no MSS", SYN, 0, HOW_OPTION_DROP, TCP_OPT_MSS),
	WIRE("mss-zero", "its SYN|ACK announces an MSS of 0",
	     SYN, 0, HOW_OPTION_VALUE, TCP_OPT_MSS),
	WIRE("mss-later", "sends an MSS option after the handshake",
	     LATER, 0, HOW_OPTION_ADD, TCP_OPT_MSS),
	WIRE("scale-unasked", "scales windows without being asked",
	     SYN, 0, HOW_OPTION_ADD, TCP_OPT_WSCALE),
	WIRE("scale-later", "sends a window scale after the handshake",
	     LATER, 0, HOW_OPTION_ADD, TCP_OPT_WSCALE),
	WIRE("scale-too-large", "its window scale is 15", SYN, 0, HOW_OPTION_VALUE, TCP_OPT_WSCALE),
	WIRE("scale-changes", "its repeated SYN|ACK has another window scale",
	     SYN, AGAIN, HOW_SCALE_ADD, 1),
	WIRE("mss-twice", "its SYN|ACK has the MSS twice",
	     SYN, 0, HOW_OPTION_AGAIN, TCP_OPT_MSS),
	WIRE("ecn-unasked", "its SYN|ACK agrees to ECN that nobody asked for",
	     SYN, 0, HOW_FLAGS_FLIP, TCP_ECE),
	WIRE("ecn-reflected", "its SYN|ACK has both bits of ECN",
	     SYN, 0, HOW_FLAGS_FLIP, TCP_ECE | TCP_CWR),
	WIRE("ecn-later", "sends congestion echoes that nobody agreed on",
	     LATER, 0, HOW_FLAGS_FLIP, TCP_ECE),
	WIRE("accurate-ecn-later", "uses the last reserved bit",
	     LATER, 0, HOW_FLAGS_FLIP, TCP_AE),
	LOGIC("sack-unpermitted", "sends SACK blocks that nobody permitted", BUG_SACK_UNPERMITTED),
	WIRE("sack-empty", "its first SACK block is empty", ACK, 0, HOW_SACK, SACK_EMPTY),
	WIRE("sack-behind", "its first SACK block begins at its ACK",
	     ACK, 0, HOW_SACK, SACK_BEHIND),
	WIRE("sack-long", "its first SACK block is an octet too long",
	     ACK, 0, HOW_SACK, SACK_LONG),
	WIRE("sack-twice", "its last SACK block stands there twice",
	     ACK, 0, HOW_SACK, SACK_TWICE),
	WIRE("sack-odd", "its SACK blocks are cut off", ACK, 0, HOW_SACK, SACK_ODD),
	WIRE("sack-turned", "its SACK blocks begin with the oldest",
	     ACK, 0, HOW_SACK, SACK_TURNED),
	WIRE("sack-on-syn", "its SYN|ACK has SACK blocks",
	     SYN, 0, HOW_OPTION_ADD, TCP_OPT_SACK),
	WIRE("sack-permitted-later", "permits SACK after the handshake",
	     LATER, 0, HOW_OPTION_ADD, TCP_OPT_SACK_PERMITTED),
	WIRE("sack-unasked", "permits SACK without being asked",
	     SYN, 0, HOW_OPTION_ADD, TCP_OPT_SACK_PERMITTED),
	WIRE("timestamps-unasked", "sends timestamps without being asked",
	     SYN, 0, HOW_OPTION_ADD, TCP_OPT_TIMESTAMPS),
	WIRE("unknown-option", "its SYN|ACK has an option nobody asked for",
	     SYN, 0, HOW_OPTION_ADD, 253),
	WIRE("timestamp-not-echoed", "echoes a timestamp of its own making",
	     SYN, 0, HOW_OPTION_VALUE, TCP_OPT_TIMESTAMPS),
	WIRE("timestamp-stale", "echoes a wrong timestamp with data",
	     DATA, 0, HOW_OPTION_VALUE, TCP_OPT_TIMESTAMPS),
	WIRE("timestamp-goes-back", "its clock goes back when data has come",
	     LATER, READ, HOW_TSVAL_ADD, -10000),
	LOGIC("timestamp-echo-relapses", "echoes the first timestamp every fifth time",
	      BUG_TIMESTAMP_ECHO_RELAPSES),
	LOGIC("timestamp-of-hole", "echoes the timestamp of what lies beyond a hole",
	      BUG_TIMESTAMP_OF_HOLE),
	LOGIC("timestamps-lost", "negotiates timestamps and leaves them out", BUG_TIMESTAMPS_LOST),
	LOGIC("timestamps-later", "sends timestamps that were not negotiated",
	      BUG_TIMESTAMPS_LATER),
	LOGIC("unknown-option-drops", "drops a SYN that has an unknown option",
	      BUG_UNKNOWN_OPTION_DROPS),
	LOGIC("unaligned-syn-dropped", "drops a SYN whose options start with a NOP",
	      BUG_UNALIGNED_SYN_DROPPED),
	LOGIC("options-on-data-dropped", "drops data that comes with options",
	      BUG_OPTIONS_ON_DATA_DROPPED),
	LOGIC("mss-ignored", "sends segments larger than the tester's MSS", BUG_MSS_IGNORED),
	LOGIC("mss-aligned-only", "finds the MSS only if it is the first option",
	      BUG_MSS_ALIGNED_ONLY),
	LOGIC("mss-default-too-large", "without an MSS sends segments of the link's size",
	      BUG_MSS_DEFAULT_TOO_LARGE),

	/* every segment */
	WIRE("checksum-bad", "its checksums are wrong", ALL, 0, HOW_CHECKSUM_BAD, 0),
	WIRE("checksum-bad-later", "its checksums are wrong after the handshake",
	     LATER, 0, HOW_CHECKSUM_BAD, 0),
	WIRE("reserved-set", "sets the reserved bits", ALL, 0, HOW_RESERVED_SET, 7),
	WIRE("ip-checksum-bad", "the checksums of its IP headers are wrong",
	     ALL, 0, HOW_IP_CHECKSUM, 0),
	WIRE("data-offset-long", "its data offset points behind the segment",
	     LATER, 0, HOW_DATA_OFFSET, 15),
	WIRE("option-length-zero", "its SYN|ACK has an option of length 0",
	     SYN, 0, HOW_OPTION_CUT, 0),
	WIRE("padding-not-zero", "pads its options with ones", SYN, 0, HOW_PADDING, 0),
	WIRE("window-shrinks-once", "takes back the window it gave",
	     LATER, SECOND, HOW_WINDOW_SET, 16),
	LOGIC("window-shrinks", "takes back more window than data arrives", BUG_WINDOW_SHRINKS),
	WIRE("ack-goes-back", "acknowledges less than before", LATER, SECOND, HOW_ACK_ADD, -2),
	WIRE("wrong-port", "answers from another port", ALL, 0, HOW_SPORT_ADD, 1),
	WIRE("dead", "never says anything", ALL, 0, HOW_COPIES, 0),
	WIRE("dead-after-handshake", "says nothing after its SYN|ACK", LATER, 0, HOW_COPIES, 0),
	WIRE("resets-after-handshake", "everything after the handshake is a reset",
	     LATER, 0, HOW_FLAGS_FLIP, TCP_RST | TCP_ACK),
	WIRE("late", "says everything three seconds late", ALL, 0, HOW_DELAY_MS, 3000),
	WIRE("late-after-handshake", "is three seconds late after the handshake",
	     LATER, 0, HOW_DELAY_MS, 3000),
	WIRE("ack-flag-missing", "forgets the ACK flag after the handshake",
	     LATER, 0, HOW_FLAGS_FLIP, TCP_ACK),
	LOGIC("accepts-bad-checksum", "does not look at checksums", BUG_ACCEPTS_BAD_CHECKSUM),
	LOGIC("gives-up-early", "sends nothing a third time", BUG_GIVES_UP_EARLY),
	LOGIC("no-backoff", "does not double its retransmission timeout", BUG_NO_BACKOFF),
	LOGIC("no-retransmission", "sends nothing a second time", BUG_NO_RETRANSMISSION),

	/* closing, the tester first */
	WIRE("fin-not-counted", "its ACK does not count the tester's FIN",
	     LATER, AFTER_FIN, HOW_ACK_ADD, -1),
	WIRE("fin-overcounted", "its ACK counts the tester's FIN twice",
	     LATER, AFTER_FIN, HOW_ACK_ADD, 1),
	WIRE("fin-seq-high", "leaves a hole before its FIN", FIN, 0, HOW_SEQ_ADD, 1),
	WIRE("fin-again-moves", "its retransmitted FIN has another number",
	     FIN, AGAIN, HOW_SEQ_ADD, 1),
	WIRE("fin-again-missing", "does not retransmit its FIN", FIN, AGAIN, HOW_COPIES, 0),
	WIRE("fin-without-ack", "its FIN has no ACK flag", FIN, 0, HOW_FLAGS_FLIP, TCP_ACK),
	WIRE("fin-late", "closes three seconds late", FIN, 0, HOW_DELAY_MS, 3000),
	WIRE("rst-for-fin", "resets where a FIN is due", FIN, 0, HOW_FLAGS_FLIP, TCP_FIN | TCP_RST),
	LOGIC("no-fin", "its services never close", BUG_NO_FIN),
	LOGIC("own-fin-not-counted", "does not count its own FIN", BUG_OWN_FIN_NOT_COUNTED),
	LOGIC("fin-ignored", "does not process FINs", BUG_FIN_IGNORED),
	LOGIC("fin-resets", "answers a FIN with a reset", BUG_FIN_RESETS),
	LOGIC("last-ack-stays", "never leaves LAST-ACK", BUG_LAST_ACK_STAYS),
	LOGIC("rst-in-last-ack-ignored", "takes no reset in LAST-ACK", BUG_RST_IN_LAST_ACK_IGNORED),

	/* closing, the target first */
	LOGIC("fin-wait-2-ends", "is closed when its FIN is acknowledged", BUG_FIN_WAIT_2_ENDS),
	LOGIC("fin-wait-refuses-data", "resets when data comes after its FIN",
	      BUG_DATA_REFUSED_IN_FIN_WAIT),
	LOGIC("closing-ends", "is closed when the FINs cross", BUG_CLOSING_ENDS),
	LOGIC("closing-skipped", "is in TIME-WAIT when the FINs cross", BUG_CLOSING_SKIPPED),
	LOGIC("fin-wait-2-timer", "leaves FIN-WAIT-2 after a minute", BUG_FIN_WAIT_2_TIMER),
	LOGIC("window-update-ignored", "holds on to the first window it was offered",
	      BUG_WINDOW_UPDATE_IGNORED),
	LOGIC("time-wait-short", "leaves TIME-WAIT after one lifetime", BUG_TIME_WAIT_SHORT),
	LOGIC("time-wait-silent", "does not answer a FIN in TIME-WAIT", BUG_TIME_WAIT_SILENT),
	LOGIC("time-wait-stays", "never leaves TIME-WAIT", BUG_TIME_WAIT_STAYS),
	LOGIC("time-wait-skipped", "knows no TIME-WAIT", BUG_TIME_WAIT_SKIPPED),
	LOGIC("rst-in-fin-wait-ignored", "takes no reset in FIN-WAIT-2",
	      BUG_RST_IN_FIN_WAIT_IGNORED),

	/* ports: closed and listening */
	LOGIC("closed-silent", "says nothing for a closed port", BUG_CLOSED_SILENT),
	LOGIC("closed-silent-to-ack", "says nothing to an ACK for a closed port",
	      BUG_CLOSED_SILENT_TO_ACK),
	LOGIC("closed-answers-rst", "answers a reset with a reset", BUG_CLOSED_ANSWERS_RST),
	LOGIC("listen-silent-to-ack", "says nothing to an ACK in LISTEN", BUG_LISTEN_SILENT_TO_ACK),
	LOGIC("listen-answers-rst", "answers a reset in LISTEN", BUG_LISTEN_ANSWERS_RST),
	LOGIC("listen-answers-nothing", "answers a segment without flags in LISTEN",
	      BUG_LISTEN_ANSWERS_NOTHING),
	LOGIC("listen-rst-deafens", "listens no longer after a reset", BUG_LISTEN_RST_DEAFENS),
	LOGIC("syn-fin-overcounted", "acknowledges SYN|FIN as three", BUG_SYN_FIN_OVERCOUNTED),
	WIRE("rst-ack-seq", "its RST|ACK has a sequence number", RST_ACK, 0, HOW_SEQ_SET, 0x1234),
	WIRE("rst-ack-low", "its RST|ACK does not count the SYN", RST_ACK, 0, HOW_ACK_ADD, -1),
	WIRE("rst-ack-bare", "its reset for a SYN has no ACK", RST_ACK, 0, HOW_FLAGS_FLIP, TCP_ACK),
	LOGIC("rst-data-not-counted", "its RST|ACK does not count data", BUG_RST_DATA_NOT_COUNTED),
	LOGIC("rst-fin-not-counted", "its RST|ACK does not count a FIN", BUG_RST_FIN_NOT_COUNTED),
	WIRE("rst-seq-zero", "its reset for an ACK has SEQ 0", RST, 0, HOW_SEQ_SET, 0),
	WIRE("rst-seq-high", "its reset for an ACK is off by one", RST, 0, HOW_SEQ_ADD, 1),
	WIRE("rst-with-ack", "its reset for an ACK has an ACK", RST, 0, HOW_FLAGS_FLIP, TCP_ACK),
	WIRE("rst-missing", "never resets what has an ACK", RST, 0, HOW_COPIES, 0),
	WIRE("rst-late", "resets three seconds late", RST | RST_ACK, 0, HOW_DELAY_MS, 3000),

	/* resets of the tester */
	LOGIC("rst-ignored", "takes no reset at all", BUG_RST_IGNORED),
	LOGIC("rst-answered", "answers the reset that it takes", BUG_RST_ANSWERED),
	LOGIC("rst-anywhere", "takes a reset with any number", BUG_RST_ANYWHERE),
	LOGIC("rst-near-ignored", "drops a reset inside the window", BUG_NEAR_RST_IGNORED),
	LOGIC("rst-in-syn-received-ignored", "takes no reset in SYN-RECEIVED",
	      BUG_RST_IN_SYN_RECEIVED_IGNORED),
	LOGIC("rst-with-data-ignored", "takes no reset that has data", BUG_RST_WITH_DATA_IGNORED),
	LOGIC("rst-ack-number-checked", "takes no reset whose ACK number is wrong",
	      BUG_RST_ACK_NUMBER_CHECKED),
	WIRE("challenge-copied", "its challenge has the numbers of what it answers",
	     ACK, CHALLENGE, HOW_COPY_NUMBERS, 0),
	WIRE("challenge-high", "its challenge acknowledges too much",
	     ACK, CHALLENGE, HOW_ACK_ADD, 1),

	/* data */
	WIRE("ack-short", "acknowledges one octet less", LATER, READ, HOW_ACK_ADD, -1),
	WIRE("ack-beyond", "acknowledges one octet more", LATER, READ, HOW_ACK_ADD, 1),
	WIRE("ack-missing", "acknowledges no text", LATER, READ, HOW_COPIES, 0),
	WIRE("ack-late", "acknowledges after 800 ms", LATER, READ, HOW_DELAY_MS, 800),
	WIRE("data-seq-high", "leaves a hole before its data", DATA, 0, HOW_SEQ_ADD, 1),
	WIRE("data-corrupted", "spoils what it sends", DATA | FIN, 0, HOW_DATA_FLIP, 0),
	WIRE("data-cut", "loses the last octet of what it sends", DATA, 0, HOW_DATA_CUT, 0),
	WIRE("data-again-corrupted", "spoils what it sends again", DATA | FIN, AGAIN,
	     HOW_DATA_FLIP, 0),
	LOGIC("out-of-order-dropped", "keeps nothing beyond a hole", BUG_OUT_OF_ORDER_DROPPED),
	LOGIC("hole-acked", "acknowledges over a hole", BUG_HOLE_ACKED),
	LOGIC("overlap-taken-twice", "takes the old part of a segment again",
	      BUG_OVERLAP_TAKEN_TWICE),
	LOGIC("duplicate-taken", "takes old data again", BUG_DUPLICATE_TAKEN),
	LOGIC("duplicate-ignored", "says nothing to what lies before the window",
	      BUG_DUPLICATE_IGNORED),
	LOGIC("out-of-window-ignored", "says nothing to what lies outside the window",
	      BUG_OUT_OF_WINDOW_IGNORED),
	LOGIC("data-without-ack-taken", "takes data that has no ACK flag",
	      BUG_DATA_WITHOUT_ACK_TAKEN),
	LOGIC("ack-of-unsent-ignored", "says nothing to an ACK of what it never sent",
	      BUG_ACK_OF_UNSENT_IGNORED),
	LOGIC("ack-of-unsent-taken", "takes data whose ACK is of the future",
	      BUG_ACK_OF_UNSENT_TAKEN),
	LOGIC("old-ack-drops-data", "drops data whose ACK is old", BUG_OLD_ACK_DROPS_DATA),
	/* opening, closing and aborting */
	WIRE("open-missing", "sends no SYN when it is to connect", OPEN, 0, HOW_COPIES, 0),
	WIRE("open-with-ack", "its SYN has an ACK of nothing", OPEN, 0, HOW_FLAGS_FLIP, TCP_ACK),
	WIRE("open-with-fin", "its SYN has a FIN as well", OPEN, 0, HOW_FLAGS_FLIP, TCP_FIN),
	WIRE("open-again-moves", "its repeated SYN has another number", OPEN, AGAIN, HOW_SEQ_ADD,
	     1),
	WIRE("open-mss-missing", "its SYN has no MSS", OPEN, 0, HOW_OPTION_DROP, TCP_OPT_MSS),
	LOGIC("open-ack-opens", "an ACK without SYN opens in SYN-SENT", BUG_OPEN_ACK_OPENS),
	LOGIC("open-close-stays", "CLOSE in SYN-SENT changes nothing", BUG_OPEN_CLOSE_STAYS),
	LOGIC("open-fin-resets", "answers what it should drop in SYN-SENT with a reset",
	      BUG_OPEN_FIN_RESETS),
	LOGIC("open-refused-listens", "listens after a reset in SYN-RECEIVED, though it was active",
	      BUG_OPEN_REFUSED_LISTENS),
	LOGIC("open-rst-bad-ack-taken", "a reset with a wrong ACK ends SYN-SENT",
	      BUG_OPEN_RST_BAD_ACK_TAKEN),
	LOGIC("open-rst-ignored", "takes no reset in SYN-SENT", BUG_OPEN_RST_IGNORED),
	LOGIC("open-rst-no-ack-taken", "a reset without ACK ends SYN-SENT",
	      BUG_OPEN_RST_NO_ACK_TAKEN),
	LOGIC("open-syn-ack-unanswered", "does not acknowledge SYN|ACK",
	      BUG_OPEN_SYN_ACK_UNANSWERED),
	LOGIC("open-syn-ignored", "drops a SYN in SYN-SENT", BUG_OPEN_SYN_IGNORED),
	LOGIC("open-syn-resets", "resets for a SYN in SYN-SENT", BUG_OPEN_SYN_RESETS),
	LOGIC("open-wrong-ack-ignored", "a wrong ACK in SYN-SENT draws nothing",
	      BUG_OPEN_WRONG_ACK_IGNORED),
	LOGIC("open-wrong-ack-opens", "a SYN|ACK with a wrong ACK opens", BUG_OPEN_WRONG_ACK_OPENS),
	LOGIC("bad-offset-taken", "does not look at the data offset", BUG_BAD_OFFSET_TAKEN),
	LOGIC("odd-syn-dropped", "drops a SYN with more than a SYN has", BUG_ODD_SYN_DROPPED),
	LOGIC("option-twice-dropped", "drops a SYN with an option twice",
	      BUG_OPTION_TWICE_DROPPED),
	LOGIC("scale-unlimited", "shifts windows by as much as it is told", BUG_SCALE_UNLIMITED),
	LOGIC("urgent-dropped", "drops urgent data", BUG_URGENT_DROPPED),
	LOGIC("ttl-fixed", "does not let its user choose the TTL", BUG_TTL_FIXED),
	LOGIC("user-timeout-ignored", "does not let its user choose how long it goes on",
	      BUG_USER_TIMEOUT_IGNORED),
	LOGIC("abort-silent", "ABORT sends no reset", BUG_ABORT_SILENT),
	LOGIC("abort-stays", "ABORT ends nothing", BUG_ABORT_STAYS),
	LOGIC("close-again-ends", "a second CLOSE ends the connection", BUG_CLOSE_AGAIN_ENDS),
	LOGIC("early-send-lost", "what is sent before the connection is open is lost",
	      BUG_EARLY_SEND_LOST),
	LOGIC("listener-stays", "listens on when the listener is closed", BUG_LISTENER_STAYS),
	LOGIC("unread-not-told", "CLOSE sends a FIN though data is unread", BUG_UNREAD_NOT_TOLD),
	LOGIC("near-rst-processed", "goes on with a reset that it has challenged",
	      BUG_NEAR_RST_PROCESSED),
	LOGIC("time-wait-opens", "a SYN in TIME-WAIT, a reset or not, opens without a handshake",
	      BUG_TIME_WAIT_OPENS),
	LOGIC("early-syn-ignored", "says nothing to a SYN in SYN-RECEIVED, and stays there",
	      BUG_SYN_IN_SYN_RECEIVED_IGNORED),
	LOGIC("received-twice", "hands what came to the application twice", BUG_RECEIVED_TWICE),
	LOGIC("reset-not-told", "does not tell the application of a reset", BUG_RESET_NOT_TOLD),
	LOGIC("syn-ignored", "says nothing to a SYN in the window", BUG_SYN_IN_ESTABLISHED_IGNORED),
	LOGIC("syn-reopens", "opens anew for a SYN in the window", BUG_SYN_IN_ESTABLISHED_REOPENS),
	LOGIC("old-syn-resets", "resets for an old SYN", BUG_SYN_OLD_RESETS),
};
const size_t peer_n_faults = sizeof(peer_faults) / sizeof(peer_faults[0]);

const struct peer_fault *peer_fault_find(const char *name)
{
	for (size_t i = 0; i < peer_n_faults; i++)
		if (!strcmp(peer_faults[i].name, name))
			return &peer_faults[i];
	return NULL;
}

/* ---- which segments ---- */

static unsigned int kind_of(const struct segment *s)
{
	if (s->flags & TCP_SYN)
		return s->flags & TCP_ACK ? SYN : OPEN;
	if (s->flags & TCP_RST)
		return s->flags & TCP_ACK ? RST_ACK : RST;
	if (s->flags & TCP_FIN)
		return FIN;
	return s->data_len ? DATA : ACK;
}

static unsigned int circumstances_of(const struct peer_emission *e)
{
	const struct peer_conn *c = e->conn;
	unsigned int is = e->again ? AGAIN : NEW;

	if (e->challenge)
		is |= CHALLENGE;
	if (!c)
		return is;
	if (c->fin_received)
		is |= AFTER_FIN;
	else if (c->rcv_nxt != c->irs + 1)
		is |= READ;
	if (c->n_segments > 1)
		is |= SECOND;
	if (c->syn_data)
		is |= SYN_DATA;
	return is;
}

/* ---- what is done to them ---- */

static void option_drop(struct segment *s, int32_t kind)
{
	uint8_t n = 0;

	for (uint8_t i = 0; i < s->n_opt; i++)
		if (s->opt[i].kind != kind)
			s->opt[n++] = s->opt[i];
	s->n_opt = n;
}

/* An option of @kind; with @spoilt a value that is wrong. */
static void option_make(struct tcp_opt *o, int kind, bool spoilt)
{
	switch (kind) {
	case TCP_OPT_MSS:
		tcp_opt_mss(o, spoilt ? 0 : 1400);
		break;
	case TCP_OPT_WSCALE:
		tcp_opt_wscale(o, spoilt ? 15 : 1);
		break;
	case TCP_OPT_SACK_PERMITTED:
		tcp_opt_simple(o, TCP_OPT_SACK_PERMITTED);
		break;
	case TCP_OPT_TIMESTAMPS:
		tcp_opt_timestamps(o, 4096, spoilt ? 0x5a5a5a5a : 0);
		break;
	default:
		tcp_opt_raw(o, (uint8_t)kind, 4, (const uint8_t *)"xy", 2);
		break;
	}
}

static void option_add(struct segment *s, int32_t kind)
{
	if (!segment_opt(s, (uint8_t)kind))
		option_make(&s->opt[s->n_opt++], kind, false);
}

/* Of timestamps the echo alone: the clock is right. */
static void option_spoil(struct segment *s, int32_t kind)
{
	for (uint8_t i = 0; i < s->n_opt; i++) {
		struct tcp_opt *o = &s->opt[i];
		uint32_t val = o->ts.val;

		if (o->kind != kind)
			continue;
		option_make(o, kind, true);
		if (kind == TCP_OPT_TIMESTAMPS)
			tcp_opt_timestamps(o, val, o->ts.ecr);
	}
}

static void option_again(struct segment *s, int32_t kind)
{
	const struct tcp_opt *o = segment_opt(s, (uint8_t)kind);

	if (o)
		s->opt[s->n_opt++] = *o;
}

static struct tcp_opt *option_find(struct segment *s, uint8_t kind)
{
	for (uint8_t i = 0; i < s->n_opt; i++)
		if (s->opt[i].kind == kind)
			return &s->opt[i];
	return NULL;
}

static void scale_add(struct segment *s, int32_t by)
{
	struct tcp_opt *o = option_find(s, TCP_OPT_WSCALE);

	if (o)
		tcp_opt_wscale(o, (uint8_t)(o->wscale + by));
}

static void tsval_add(struct segment *s, int32_t by)
{
	struct tcp_opt *o = option_find(s, TCP_OPT_TIMESTAMPS);

	if (o)
		tcp_opt_timestamps(o, o->ts.val + (uint32_t)by, o->ts.ecr);
}

static void blocks_change(struct segment *s, uint32_t block[][2], uint8_t *n, int32_t what)
{
	uint32_t left = block[0][0], right = block[0][1];
	uint8_t last = (uint8_t)(*n - 1);

	switch (what) {
	case SACK_EMPTY:
		block[0][1] = left;
		break;
	case SACK_BEHIND:
		block[0][0] = s->ack;
		break;
	case SACK_LONG:
		block[0][1]++;
		break;
	case SACK_TWICE:
		memcpy(block[*n], block[last], sizeof(block[0]));
		(*n)++;
		break;
	case SACK_TURNED:
		memcpy(block[0], block[last], sizeof(block[0]));
		block[last][0] = left;
		block[last][1] = right;
		break;
	}
}

static void sack_spoil(struct segment *s, int32_t what)
{
	struct tcp_opt *o = option_find(s, TCP_OPT_SACK);
	uint32_t block[TCP_SACK_MAX + 1][2];
	uint8_t n;

	if (!o)
		return;
	n = o->sack.n;
	for (uint8_t i = 0; i < n; i++) {
		block[i][0] = o->sack.block[i].left;
		block[i][1] = o->sack.block[i].right;
	}
	if (what == SACK_ODD) {
		tcp_opt_raw(o, TCP_OPT_SACK, 8, (const uint8_t *)"abcdef", 6);
		return;
	}
	blocks_change(s, block, &n, what);
	tcp_opt_sack(o, n, (const uint32_t(*)[2])block);
}

/* EOL, and three octets that should be zero (MUST-69). */
static void padding_spoil(struct segment *s, int32_t by)
{
	struct tcp_opt *o = &s->opt[s->n_opt++];

	(void)by;
	tcp_opt_simple(o, TCP_OPT_EOL);
	o->raw_len = 3;
	memset(o->raw, 1, 3);
}

static void data_flip(struct peer_emission *e)
{
	if (!e->s.data_len || e->s.data_len > sizeof(e->data))
		return;
	memcpy(e->data, e->s.data, e->s.data_len);
	e->data[0] ^= 0x20;
	e->s.data = e->data;
}

static void numbers_copy(struct peer_emission *e)
{
	e->s.seq = e->cause->ack;
	e->s.ack = e->cause->seq;
}

static void length_spoil(struct segment *s, int32_t by)
{
	tcp_opt_raw(&s->opt[s->n_opt++], 253, (uint8_t)by, NULL, 0);
}

static void spoil_options(struct segment *s, enum how how, int32_t by)
{
	static void (*const with[])(struct segment * s, int32_t by) = {
		[HOW_OPTION_DROP] = option_drop,
		[HOW_OPTION_ADD] = option_add,
		[HOW_OPTION_VALUE] = option_spoil,
		[HOW_OPTION_AGAIN] = option_again,
		[HOW_OPTION_CUT] = length_spoil,
		[HOW_PADDING] = padding_spoil,
		[HOW_SCALE_ADD] = scale_add,
		[HOW_TSVAL_ADD] = tsval_add,
		[HOW_SACK] = sack_spoil,
	};

	if (how < sizeof(with) / sizeof(with[0]) && with[how])
		with[how](s, by);
}

static void spoil(struct peer_emission *e, enum how how, int32_t by)
{
	struct segment *s = &e->s;

	switch (how) {
	case HOW_NONE:
		break;
	case HOW_SEQ_ADD:
		s->seq += (uint32_t)by;
		break;
	case HOW_SEQ_SET:
		s->seq = (uint32_t)by;
		break;
	case HOW_ACK_ADD:
		s->ack += (uint32_t)by;
		break;
	case HOW_FLAGS_FLIP:
		s->flags ^= (uint16_t)by;
		break;
	case HOW_WINDOW_SET:
		s->window = (uint16_t)by;
		break;
	case HOW_RESERVED_SET:
		s->reserved = (uint8_t)by;
		break;
	case HOW_DELAY_MS:
		e->delay_ns = by * 1000000LL;
		break;
	case HOW_COPIES:
		e->copies = (unsigned int)by;
		break;
	case HOW_CHECKSUM_BAD:
		s->checksum_bad = true;
		break;
	case HOW_DATA_FLIP:
		data_flip(e);
		break;
	case HOW_DATA_CUT:
		s->data_len -= s->data_len ? 1 : 0;
		break;
	case HOW_SPORT_ADD:
		s->sport = (uint16_t)(s->sport + by);
		break;
	case HOW_COPY_NUMBERS:
		numbers_copy(e);
		break;
	case HOW_IP_CHECKSUM:
		s->ip_checksum_set = true;
		s->ip_checksum = 0xbad;
		break;
	case HOW_DATA_OFFSET:
		s->data_offset_set = true;
		s->data_offset = (uint8_t)by;
		break;
	default:
		spoil_options(s, how, by);
		break;
	}
}

void peer_fault_spoil(const struct peer *p, struct peer_emission *e)
{
	const struct peer_fault *f = p->cfg.fault;

	if (!f || !(f->on & kind_of(&e->s)))
		return;
	if ((f->when & circumstances_of(e)) == f->when)
		spoil(e, f->how, f->by);
}
