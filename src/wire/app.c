/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The words of app.h.
 */
#include "wire/app.h"

#include "wire/testability.h"

const struct app_call_info app_calls[APP_N_CALLS] = {
	[APP_LISTEN] = { "listen", "opens the target's port passively" },
	[APP_ACCEPT] = { "accept", "takes the connection made to that port" },
	[APP_CONNECT] = { "connect", "opens a connection to the tester" },
	[APP_SEND] = { "send", "sends data" },
	[APP_RECEIVE] = { "receive", "takes data that came, or comes in time" },
	[APP_SHUTDOWN] = { "shutdown", "closes one direction, or both" },
	[APP_CLOSE] = { "close", "closes in order" },
	[APP_ABORT] = { "abort", "ends the connection with a reset" },
	[APP_PAUSE] = { "pause", "reads no more" },
	[APP_RESUME] = { "resume", "reads from now on, and forgets what it reads" },
	[APP_OPTION] = { "option", "sets an option of the socket" },
	[APP_ERROR] = { "error", "asks what the user of the connection was told" },
};

const struct app_result_info app_results[] = {
	{ TP_OK, "ok", "it was done" },
	{ TP_NOK, "failed", "it failed" },
	{ TP_REFUSED, "refused", "connection refused" },
	{ TP_USER_TIMEOUT, "user-timeout", "connection aborted due to user timeout" },
	{ TP_RESET, "reset", "connection reset" },
	{ TP_NOT_EXIST, "not-connected", "connection does not exist" },
	{ TP_CLOSING, "closing", "connection closing" },
	{ TP_EXISTS, "exists", "connection already exists" },
	{ TP_RESOURCES, "no-resources", "insufficient resources" },
	{ TP_IIF, "no-interface", "no such interface" },
	{ TP_UBS, "not-bound", "the port could not be had" },
	{ TP_UCS, "no-socket", "no socket could be had" },
	{ TP_ISD, "unknown-socket", "there is no such socket" },
	{ TP_INV, "not-valid", "a value was not accepted" },
	{ TP_ISB, "no-room", "more data than may be queued" },
	{ TP_PEN, "pending", "nothing came in time" },
	{ TP_NTF, "not-implemented", "the upper tester cannot do that" },
};
const size_t app_n_results = sizeof(app_results) / sizeof(app_results[0]);

const struct app_result_info *app_result_find(uint8_t result)
{
	for (size_t i = 0; i < app_n_results; i++)
		if (app_results[i].result == result)
			return &app_results[i];
	return NULL;
}

const struct app_option_info app_options[] = {
	{ "ttl", 0, 1, "time to live, or hop limit" },
	{ "priority", 1, 1, "priority of its packets" },
	{ "dont-fragment", 2, 1, "0 or 1" },
	{ "tos", 4, 1, "type of service, or traffic class" },
	{ "mss", 5, 2, "maximum segment size, 500 to 1460" },
	{ "nagle", 6, 1, "0 or 1" },
	{ "receive-buffer", 1, 0, "octets" },
	{ "send-buffer", 2, 0, "octets" },
	{ "linger", 3, 0, "seconds; 0xffffffff for off" },
	{ "user-timeout", 4, 0, "milliseconds" },
	{ "no-delay", 5, 0, "0 or 1" },
	{ "keep-alive", 6, 0, "0 or 1" },
	{ "keep-idle", 7, 0, "seconds" },
	{ "keep-interval", 8, 0, "seconds" },
	{ "keep-count", 9, 0, "probes" },
	{ "oob-inline", 10, 0, "0 or 1" },
};
const size_t app_n_options = sizeof(app_options) / sizeof(app_options[0]);
