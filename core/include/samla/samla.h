/* Samla's C interface: one opaque handle, JSON requests in, JSON replies out.
 *
 * Conventions
 * - Strings are NUL-terminated UTF-8. Every char * that a function returns belongs to the caller, who gives
 *   it to samla_free once. A const char * returned stays the library's.
 * - Any function may be called from any thread. Requests to one store run one after another; one that
 *   waits for the network makes the others wait, but a watch steps aside. samla_next_event waits beside them.
 * - No exception leaves a function, nothing is global. Out of memory ends the process.
 * - A reply is a JSON object with "ok". {"ok":false,"error":{"code","operation","message","hint"}}: `code` is
 *   stable, `message` and `hint` are for people. `samla requests` prints every request with its parameters.
 */
#ifndef SAMLA_H
#define SAMLA_H

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define SAMLA_API __attribute__((visibility("default")))
#else
#define SAMLA_API
#endif

/* An open profile: the store of one device, or a folder that is to become one. */
typedef struct samla_client samla_client;

/* Opens a profile. `options_json`: {"profile": folder, "passphrase": text}. Where another process has the
 * store open, this handle speaks to that process instead (the passphrase is proven to it) and behaves
 * the same; when that process ends it opens the store itself. A request that was under way there at that
 * moment is not repeated: its reply is connection_closed. Without a profile the handle answers `requests` and
 * `version` alone. NULL on failure; then *error_json (unless error_json is NULL) is a failed reply, to be
 * freed. */
SAMLA_API samla_client* samla_open(const char* options_json, char** error_json);

/* Asks. Never NULL; whatever comes in, a reply comes out. */
SAMLA_API char* samla_request(samla_client* client, const char* request_json);

/* The next event, oldest first; NULL where none came within timeout_ms (0: only looks; negative: waits). */
SAMLA_API char* samla_next_event(samla_client* client, int timeout_ms);

/* Makes a samla_next_event that waits, or the next one that would, return NULL. NULL is nothing. */
SAMLA_API void samla_wake(samla_client* client);

/* Frees what samla_open, samla_request or samla_next_event returned. NULL is nothing. */
SAMLA_API void samla_free(char* text);

/* Closes; a request under way in another thread is finished first. The handle is then gone. NULL is nothing.
 */
SAMLA_API void samla_close(samla_client* client);

/* "0.1.0". */
SAMLA_API const char* samla_version(void);

#ifdef __cplusplus
}
#endif
#endif
