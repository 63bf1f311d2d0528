/* streamhost/plugin.h - the C ABI between streamhost and a service plugin, version 1.0
 *
 * A plugin is a shared library that exports one function, `streamhost_plugin`, which returns a description of the
 * plugin: who it is, which version of this ABI it was built for, and its life-cycle functions. The host owns the
 * network and every stream; the plugin is told of calls through callbacks and answers through the functions of
 * `sh_host`. C11, libc only; includes as C++ too.
 *
 * How to read the declarations
 *
 *   Threads. Each function carries one tag:
 *     [any]      may be called from any thread, at any time between `create` and `destroy`.
 *     [call]     on the call's loop thread, in the call's serial order. Callbacks of one call come one at a time and
 *                never re-entrantly: never from inside a host function that the plugin called.
 *     [loop]     on the thread of the loop that is named (any callback of a call of that loop is on it).
 *     [control]  the plugin's life cycle: one at a time, on no loop's thread.
 *     Where a tag is broken the host answers SH_WRONG_THREAD (timer_start: 0); [control] is checked in debug builds alone.
 *
 *   Ownership. It stands in the type name:
 *     sh_bytes   a borrowed view. In a callback it is the host's and ends when the callback returns. In a host
 *                function it is the plugin's and need only live until the function returns.
 *     sh_owned   bytes that carry their own release function; who receives it must call it once.
 *     sh_buffer  a shared buffer, reference-counted: sh_buffer_retain / sh_buffer_release of `sh_host`.
 *
 *   Failure. A host function that fails changes nothing and says why by its status. No function blocks. On the call's
 *   loop the answer is exact. From another thread what is told is what is known there: that the call has ended, was finished,
 *   or is full; a send that turns out to be misplaced (metadata after a message, a second message of one) is dropped.
 *
 *   Growth. Tables begin with `struct_size` and only ever grow at the end. A reader takes the fields that lie within
 *   both its own and the other's size. What version 1.0 requires is fixed by the SH_*_SIZE_1_0 offsets below.
 */
#ifndef STREAMHOST_PLUGIN_H
#define STREAMHOST_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Version ---------------------------------------------------------------------------------------------------- */

#define SH_MAGIC 0x50484853u /* "SHHP", little-endian: tells a plugin from any other library */
#define SH_ABI_MAJOR 1u      /* differs: refused */
#define SH_ABI_MINOR 0u      /* a plugin runs on a host of its `abi_min_minor` or a later one */
#define SH_ENTRY_SYMBOL "streamhost_plugin"

#if defined(__GNUC__)
#define SH_EXPORT __attribute__((visibility("default")))
#else
#define SH_EXPORT
#endif

/* ---- Plain types ------------------------------------------------------------------------------------------------ */

/* A call, a timer: values with a generation tag, not pointers. Use after the end answers SH_CLOSED. 0 is never valid. */
typedef uint64_t sh_call;
typedef uint64_t sh_timer;
/* An event loop of the host: a thread that serves calls. Valid as long as the host runs. */
typedef uint64_t sh_loop;

typedef int32_t sh_status;
enum {
    SH_OK = 0,
    SH_FULL = 1,           /* send: accepted, and the queue is now over its high-water mark: wait for on_writable */
    SH_PENDING = 2,        /* retire: not yet; the plugin will call `retired`. on_yield: it will call `yielded` */
    SH_CLOSED = -1,        /* the handle's call or timer has ended */
    SH_TOO_LARGE = -2,     /* the message is over the host's limit for outgoing messages */
    SH_INVALID = -3,       /* an argument or the moment is wrong: see the function; in words through sh_error, if given */
    SH_UNSUPPORTED = -4,   /* not offered by this host, or not by this plugin */
    SH_WRONG_THREAD = -5,  /* called off the thread that its tag names */
    SH_NO_MEMORY = -6,
    SH_REFUSED = -7        /* the plugin says no: its sh_error says why */
};

typedef struct sh_bytes {
    const uint8_t *data; /* may be NULL where size is 0 */
    size_t size;
} sh_bytes;

typedef struct sh_owned {
    const uint8_t *data;
    size_t size;
    void (*release)(void *context); /* [any] by who received it, once; may be NULL */
    void *context;
} sh_owned;

/* Shared bytes: serialized once, queued on any number of calls. Made by `buffer_create`. */
typedef struct sh_buffer sh_buffer;

/* A metadata entry. Names are lower-case; values of names that end in "-bin" are raw bytes (the host does base64). */
typedef struct sh_metadata {
    sh_bytes name;
    sh_bytes value;
} sh_metadata;

/* Where a failing function puts its reason. The caller provides it; the text is UTF-8, zero-terminated, cut to fit. */
#define SH_ERROR_TEXT 512
typedef struct sh_error {
    size_t struct_size;
    char text[SH_ERROR_TEXT];
} sh_error;

enum { SH_LOG_TRACE = 0, SH_LOG_DEBUG = 1, SH_LOG_INFO = 2, SH_LOG_NOTICE = 3, SH_LOG_WARNING = 4, SH_LOG_ERROR = 5 };

/* gRPC status codes, as in the gRPC repository's doc/statuscodes.md. */
enum {
    SH_GRPC_OK = 0, SH_GRPC_CANCELLED = 1, SH_GRPC_UNKNOWN = 2, SH_GRPC_INVALID_ARGUMENT = 3,
    SH_GRPC_DEADLINE_EXCEEDED = 4, SH_GRPC_NOT_FOUND = 5, SH_GRPC_ALREADY_EXISTS = 6, SH_GRPC_PERMISSION_DENIED = 7,
    SH_GRPC_RESOURCE_EXHAUSTED = 8, SH_GRPC_FAILED_PRECONDITION = 9, SH_GRPC_ABORTED = 10, SH_GRPC_OUT_OF_RANGE = 11,
    SH_GRPC_UNIMPLEMENTED = 12, SH_GRPC_INTERNAL = 13, SH_GRPC_UNAVAILABLE = 14, SH_GRPC_DATA_LOSS = 15,
    SH_GRPC_UNAUTHENTICATED = 16
};

/* ---- What the host offers --------------------------------------------------------------------------------------- */

/* How a call ends. Everything is borrowed until `finish` returns. Zero-fill what is not used. */
typedef struct sh_finish {
    size_t struct_size;
    int32_t code;     /* SH_GRPC_*; others are sent as SH_GRPC_UNKNOWN */
    sh_bytes message; /* UTF-8 for a person; the host percent-encodes it */
    sh_bytes details; /* a serialized google.rpc.Status, sent as grpc-status-details-bin; empty: none */
    /* As for send_metadata; besides, "grpc-retry-pushback-ms": when a client that tries again by itself may, in decimal
     * milliseconds, or "-1": not at all. */
    const sh_metadata *trailers;
    size_t trailer_count;
} sh_finish;
#define SH_FINISH_SIZE_1_0 (offsetof(sh_finish, trailer_count) + sizeof(size_t))

/* What `tls_identity` tells. `index` counts SH_TLS_NAMEs from 0, and is 0 otherwise. */
typedef int32_t sh_tls_part;
enum {
    SH_TLS_SUBJECT = 0,     /* as RFC 4514 writes it, "CN=alice,O=Example"; may be empty */
    SH_TLS_NAME = 1,        /* an alternative name: "dns:api.example.com", "uri:spiffe://example.com/api", "email:...", "ip:..." */
    SH_TLS_CERTIFICATE = 2  /* the whole certificate, in DER form */
};

/* The host's functions. The table and what it points to live until `destroy` has returned. Every function takes the
 * table itself first: it also says which plugin is calling. */
typedef struct sh_host sh_host;
struct sh_host {
    size_t struct_size;
    uint32_t abi_major;
    uint32_t abi_minor;
    void *context;            /* the host's own */
    const char *host_version; /* such as "0.1.0" */

    /* An optional feature by name and version, such as "streamhost.metrics/1": a const table that lives as long as
     * this one, or NULL where the host has none of that name. [any] */
    const void *(*get_extension)(const sh_host *host, const char *name);

    /* The plugin's configuration: JSON text, "{}" where it has none; lives until `destroy` has returned. [any] */
    sh_bytes (*config)(const sh_host *host);
    /* A folder of the plugin's own to keep files in: absolute path, made on first use. SH_INVALID, with the reason,
     * where it can't be made. The view lives until `destroy` has returned. [any] */
    sh_status (*data_dir)(const sh_host *host, sh_bytes *path, sh_error *error);
    /* A line for the host's log, with the plugin's name added. [any] */
    void (*log)(const sh_host *host, int32_t level, sh_bytes message);

    /* -- Answering a call -- */

    /* Sends the call's initial metadata; without it they leave, empty, with the first message. Names that begin with
     * "grpc-" or ":" and values that HTTP can't carry are SH_INVALID, as is a second time. [any] */
    sh_status (*send_metadata)(const sh_host *host, sh_call call, const sh_metadata *entries, size_t count);
    /* Queues one message; the bytes are copied. Never blocks: SH_OK, SH_FULL (accepted), SH_CLOSED, SH_TOO_LARGE, or
     * SH_INVALID after `finish`. In unary and client streaming methods one message; a second one is SH_INVALID. [any] */
    sh_status (*send)(const sh_host *host, sh_call call, sh_bytes message);
    /* The same for a shared buffer, without a copy. The host takes a reference of its own; the bytes must not change
     * from here on. [any] */
    sh_status (*send_buffer)(const sh_host *host, sh_call call, sh_buffer *message);
    /* Whether messages that are sent from here on are compressed (1) or not (0), whatever the host's configuration says: for one message,
     * set it before and back after. SH_INVALID where the client takes no encoding that the host knows, or where the call's headers have
     * left without announcing one. [any] */
    sh_status (*compress)(const sh_host *host, sh_call call, int32_t on);
    /* Ends the call; what was queued goes out first. NULL: SH_GRPC_OK. `on_close` follows when the callback that is
     * running has returned. SH_CLOSED or SH_INVALID the second time. SH_GRPC_OK without the one message of a unary or client
     * streaming method is sent as SH_GRPC_INTERNAL. The message is cut at 4096 encoded bytes. [any] */
    sh_status (*finish)(const sh_host *host, sh_call call, const sh_finish *finish);

    /* -- Reading a call -- */

    /* Demand: how many more messages may be delivered from now on. Replaces what was asked before; 0 pauses. A call
     * begins with a demand of one. HTTP/2 window is given back only as messages are delivered, so that a call which
     * asks for nothing costs bounded memory. [any] */
    sh_status (*request)(const sh_host *host, sh_call call, uint32_t messages);
    /* The call's metadata as received, without those that are HTTP's or gRPC's own; user-agent is among them. The views end
     * with the callback that is running. [call] */
    sh_status (*metadata)(const sh_host *host, sh_call call, const sh_metadata **entries, size_t *count);
    /* 1 where the message that `on_message` was just given came compressed; it is delivered as it was before. [call] */
    int32_t (*was_compressed)(const sh_host *host, sh_call call);
    /* Part of the identity that the client has proved by its TLS certificate, which an authority of the operator's choice has
     * signed. SH_UNSUPPORTED where it has proved none (`tls` in sh_call_info tells too); SH_INVALID where there is no such part. The
     * view ends with the callback that is running. [call] */
    sh_status (*tls_identity)(const sh_host *host, sh_call call, sh_tls_part part, size_t index, sh_bytes *value);

    /* -- Reload (see docs/reload.md) -- */

    /* The last word on where this call stands, which may be empty; the host keeps a copy and hands it to the next
     * generation's `on_open`. Replaces the one before. [any] */
    sh_status (*checkpoint)(const sh_host *host, sh_call call, sh_bytes bytes);
    /* Gives back a message that was delivered and of which the checkpoint knows nothing: the next generation gets it before
     * what the host holds, several in the order in which they are given back. For methods whose client streams; of the others the
     * host keeps the request itself. Between on_yield and `yielded` (or on_yield's own SH_OK); else SH_INVALID. The bytes are
     * copied. [any] */
    sh_status (*give_back)(const sh_host *host, sh_call call, sh_bytes message);
    /* The answer to an on_yield that was answered with SH_PENDING. SH_OK: the call lets go, on_close follows, and nothing may be
     * sent from here on. SH_REFUSED: it stays, and goes on as if it had not been asked. SH_INVALID where it was not asked. [any] */
    sh_status (*yielded)(const sh_host *host, sh_call call, sh_status answer);

    /* -- Shared buffers -- */

    /* A buffer of `size` bytes with one reference, to be filled through `*bytes` before it is sent. NULL: no memory. [any] */
    sh_buffer *(*buffer_create)(const sh_host *host, size_t size, uint8_t **bytes);
    void (*buffer_retain)(const sh_host *host, sh_buffer *buffer);  /* [any] */
    void (*buffer_release)(const sh_host *host, sh_buffer *buffer); /* [any] */

    /* -- Wake-ups -- */

    /* Runs fn(arg) on the call's loop, later, once. Where the call is gone by then (or now: SH_CLOSED) release(arg) runs
     * instead, on the loop or here; `release` may be NULL. [any] */
    sh_status (*post)(const sh_host *host, sh_call call, void (*fn)(void *arg), void *arg, void (*release)(void *arg));
    /* Runs fn(arg) on the loop, later, once, whatever becomes of calls, before the loop next writes to its sockets. [any] */
    sh_status (*loop_post)(const sh_host *host, sh_loop loop, void (*fn)(void *arg), void *arg);
    /* 1 where the calling thread is the loop's. [any] */
    int32_t (*loop_is_current)(const sh_host *host, sh_loop loop);
    /* Runs fn(arg) on the loop after `nanoseconds`, once. 0: not on that loop. [loop] */
    sh_timer (*timer_start)(const sh_host *host, sh_loop loop, uint64_t nanoseconds, void (*fn)(void *arg), void *arg);
    /* SH_OK: it will not run; SH_CLOSED: it has run or was cancelled. [loop] */
    sh_status (*timer_cancel)(const sh_host *host, sh_timer timer);

    /* -- Life cycle -- */

    /* Tells that a retirement which was answered with SH_PENDING is complete. [any] */
    void (*retired)(const sh_host *host);
};
#define SH_HOST_SIZE_1_0 (offsetof(sh_host, retired) + sizeof(void (*)(void)))

/* ---- What a call looks like to the plugin ----------------------------------------------------------------------- */

typedef enum sh_cancel_reason {
    SH_CANCEL_BY_CLIENT = 1,      /* RST_STREAM */
    SH_CANCEL_DEADLINE = 2,       /* the host answers DEADLINE_EXCEEDED */
    SH_CANCEL_CONNECTION_LOST = 3,
    SH_CANCEL_SHUTDOWN = 4,       /* the drain limit has passed; the host answers UNAVAILABLE */
    SH_CANCEL_PROTOCOL = 5,       /* a message too large, malformed framing: the host has answered */
    SH_CANCEL_RETIRED = 6         /* the generation that serves it ends; the host answers UNAVAILABLE, or UNIMPLEMENTED where
                                   * the next one doesn't have the method */
} sh_cancel_reason;

#define SH_NO_DEADLINE INT64_MAX

/* What is known when a call opens. Everything is borrowed until `on_open` returns. */
typedef struct sh_call_info {
    size_t struct_size;
    sh_loop loop;
    int64_t deadline_ns; /* CLOCK_MONOTONIC, or SH_NO_DEADLINE */
    sh_bytes peer;       /* "ipv4:127.0.0.1:50123", "ipv6:[::1]:50123", "unix:" */
    const sh_metadata *metadata;
    size_t metadata_count;
    int32_t resumed;     /* 1: the call began in another generation, and `checkpoint` is its last checkpoint. What was sent there has
                          * been sent, initial metadata too. In unary and server streaming methods the request is delivered again; in
                          * the others what was given back, then what is new. A half-close is told again.
                          * 0: a new call, or one that has had nothing, sent nothing and set no checkpoint: it begins here. */
    sh_bytes checkpoint;
    int32_t compressed;  /* 1: the client has named an encoding, and some of its messages may come compressed: see was_compressed */
    int32_t tls;         /* 0: plaintext. 1: TLS. 2: TLS, and the client has proved who it is: see tls_identity */
    sh_bytes codec;      /* what the messages are where they aren't protobuf, as the client's content-type has it: "json" */
} sh_call_info;

/* The functions of a method. `method` is sh_method.context; `state` is what on_open put there. NULL: not needed,
 * except on_open and on_close. */
typedef struct sh_handler {
    size_t struct_size;
    /* A call has begun. SH_OK; anything else ends it with SH_GRPC_INTERNAL unless `finish` was called, and no other callback
     * follows, on_close neither. [call] */
    sh_status (*on_open)(void *instance, void *method, sh_call call, const sh_call_info *info, void **state);
    /* A message, whole and without its gRPC prefix. Comes only while there is demand. [call] */
    void (*on_message)(void *state, sh_call call, sh_bytes message);
    /* The client has sent its last message. In unary and server streaming methods the host has seen to it that it was
     * exactly one. [call] */
    void (*on_half_close)(void *state, sh_call call);
    /* The outbound queue, which was full, has drained. [call] */
    void (*on_writable)(void *state, sh_call call);
    /* Nobody waits for the answer any more. on_close follows at once. [call] */
    void (*on_cancel)(void *state, sh_call call, sh_cancel_reason reason);
    /* The call is to move to another generation (its method's `reload` is SH_RELOAD_MIGRATE); no message is delivered
     * meanwhile. SH_OK: its checkpoint stands, it lets go, on_close follows. SH_PENDING: `yielded` will be called; until then
     * answers may be sent and checkpoints set. SH_REFUSED: it stays here until it ends. NULL: it stays. One that takes longer than
     * the host's reload.yieldSeconds stays too, until it does let go. [call] */
    sh_status (*on_yield)(void *state, sh_call call);
    /* The last callback, exactly once, after finish, cancel or yield. The handle is stale from here on: where the call moves,
     * the next generation knows it by another. A call whose client goes away while it moves is opened there all the same,
     * given its request where it has one, and cancelled at once, so that what it has left in the plugin's state can be cleared. [call] */
    void (*on_close)(void *state, sh_call call);
    /* The call should end soon, if it is one that would go on and on: the host ends, its connection is to be closed, or the plugin is being
     * drained. What is left when the drain limit has passed is cancelled. Once; again in the next generation, where the call moves. [call] */
    void (*on_drain)(void *state, sh_call call);
} sh_handler;
#define SH_HANDLER_SIZE_1_0 (offsetof(sh_handler, on_close) + sizeof(void (*)(void)))

/* ---- Registration ----------------------------------------------------------------------------------------------- */

enum { SH_UNARY = 0, SH_CLIENT_STREAMING = 1, SH_SERVER_STREAMING = 2, SH_BIDIRECTIONAL = 3 };
/* What becomes of a method's live calls when the plugin is reloaded. */
enum { SH_RELOAD_PIN = 0, SH_RELOAD_MIGRATE = 1, SH_RELOAD_END = 2 };

typedef struct sh_method {
    size_t struct_size;
    const char *name; /* "JoinChat" */
    int32_t kind;     /* SH_UNARY ... */
    int32_t reload;   /* SH_RELOAD_PIN ... */
    const sh_handler *handler;
    void *context;    /* handed to on_open as `method` */
} sh_method;
#define SH_METHOD_SIZE_1_0 (offsetof(sh_method, context) + sizeof(void *))

typedef struct sh_service {
    size_t struct_size;
    const char *name;                /* full name: "chat.ChatService" */
    sh_bytes file_descriptor_set;    /* a serialized google.protobuf.FileDescriptorSet, for reflection; empty: none */
    const sh_method *const *methods; /* `method_count` pointers */
    size_t method_count;
} sh_service;
#define SH_SERVICE_SIZE_1_0 (offsetof(sh_service, method_count) + sizeof(size_t))

/* Registers the plugin's services while `start` runs. */
typedef struct sh_registrar sh_registrar;
struct sh_registrar {
    size_t struct_size;
    void *context;
    /* All of it is copied, except handler tables and contexts, which must live until `destroy`. SH_INVALID, with the reason:
     * an empty or malformed name, a method twice, a missing function, a service that is another plugin's. [control] */
    sh_status (*add_service)(const sh_registrar *registrar, const sh_service *service, sh_error *error);
};

/* ---- Hand-over of the plugin's own state ------------------------------------------------------------------------- */

typedef struct sh_state {
    size_t struct_size;
    const char *schema;  /* the plugin's name for the format, such as "chat.rooms" */
    uint32_t version;
    sh_owned bytes;
} sh_state;

/* What still lives in a plugin that can't retire yet. */
typedef struct sh_residue {
    size_t struct_size;
    uint64_t calls;
    uint64_t timers;
    uint64_t threads;
} sh_residue;

/* ---- The plugin -------------------------------------------------------------------------------------------------- */

enum {
    SH_PLUGIN_RESIDENT = 1 /* never unmap this library: its runtime can't survive that (Swift's can't) */
};

typedef struct sh_plugin {
    uint32_t magic;         /* SH_MAGIC */
    uint32_t struct_size;   /* sizeof(sh_plugin) */
    uint32_t abi_major;     /* SH_ABI_MAJOR */
    uint32_t abi_minor;     /* SH_ABI_MINOR: what it was built with */
    uint32_t abi_min_minor; /* the lowest host minor that it can run on */
    uint32_t flags;         /* SH_PLUGIN_* */
    const char *name;       /* letters, digits, '-', '_', '.': up to 64; one plugin of a name at a time */
    const char *version;    /* "1.2.0" */
    const char *build_id;   /* any text that tells builds apart; may be NULL */
    const char *sdk;        /* "streamhost-swift 0.1.0"; NULL: plain C */

    /* Makes an instance. No side effects: no threads, files or sockets; bad configuration is refused here, in words.
     * The host's table may be kept. [control] */
    sh_status (*create)(const sh_host *host, sh_bytes config_json, void **instance, sh_error *error);
    /* Registers services; from its return on, calls may come. [control] */
    sh_status (*start)(void *instance, const sh_registrar *registrar, sh_error *error);
    /* Hands over the plugin's state, when its calls that move have let go. `schema` must live until `destroy`. The instance may
     * get its calls, and by `restore` a state, back afterwards. SH_OK with a NULL `schema`: there is nothing to hand over. NULL: it
     * never has a state. [control] */
    sh_status (*save)(void *instance, sh_state *state, sh_error *error);
    /* Takes the state of another generation in place of its own: after `start`, before the calls that move. An older version is
     * to be understood; a newer one, or another schema, is SH_REFUSED, with the reason: the other generation then serves on.
     * NULL: takes none. [control] */
    sh_status (*restore)(void *instance, const char *schema, uint32_t version, sh_bytes bytes, sh_error *error);
    /* Asks the plugin to stop its threads and timers: SH_OK: done; SH_PENDING: `retired` will be called, and
     * `residue` says what still lives. May be called again to ask. [control] */
    sh_status (*retire)(void *instance, sh_residue *residue);
    /* Frees the instance; no call of it is open, and nothing of it runs afterwards. [control] */
    void (*destroy)(void *instance);
} sh_plugin;
#define SH_PLUGIN_SIZE_1_0 (offsetof(sh_plugin, destroy) + sizeof(void (*)(void)))

/* The one exported symbol. No side effects; the same address each time. [any] */
typedef const sh_plugin *(*sh_plugin_entry)(void);
#ifndef SH_NO_ENTRY_DECLARATION
SH_EXPORT const sh_plugin *streamhost_plugin(void);
#endif

#ifdef __cplusplus
}
#endif

#endif /* STREAMHOST_PLUGIN_H */
