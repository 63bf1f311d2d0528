/* echo-c: bench.Bench as a plugin in plain C, over raw bytes: no protobuf library, nothing but streamhost's header.
 *
 *   Unary         answers the request as it is
 *   ServerStream  answers `count` payloads of `size` bytes
 *   ClientStream  counts messages and payload bytes
 *   Bidi          answers each message as it is
 *
 * For tests it also shows metadata, status and time: request metadata named "echo-..." comes back as initial metadata, "trail-..."
 * as trailing metadata; "bench-status" and "bench-message" say how the call ends, with "bench-details-bin" as its details and
 * "bench-pushback-ms" as what a client that tries again is told; "bench-delay-ms" delays a unary answer;
 * "bench-interval-ms" is a pause before each but the first payload of a server stream, and "bench-number" makes each begin with its
 * number and a colon; "bench-compress" 1 or 0 has the answers compressed or not.
 *
 * When the plugin is reloaded, streams go on in the new code: on_yield says where a call stands (its checkpoint), and on_open of the
 * new code begins there. Unary calls stay where they are: they are short. The number of calls served is handed over as the plugin's
 * state. Built with -DECHO_TAG='"v2"' it adds that text to all payloads that it answers, so that two builds can be told apart.
 *
 * A call's callbacks come one at a time, on one thread; so a call's state needs no lock. What the calls share is the host's table,
 * which is constant, and a counter, which is atomic.
 */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <streamhost/plugin.h>

#ifndef ECHO_TAG
#define ECHO_TAG ""
#endif
static const char tag[] = ECHO_TAG;
#define TAG_SIZE (sizeof tag - 1)

typedef struct Instance {
    const sh_host *host;
    atomic_ullong calls; /* opened, here or in generations before; one that moves counts once */
} Instance;

/* What a method keeps of a call. Calls without options (nearly all) need none of it, and get a null state where they can. */
typedef struct Options {
    int32_t status;
    char *message;
    sh_bytes details; /* a copy */
    uint64_t delay_ns;
    uint64_t interval_ns;
    int numbered;
    sh_metadata *trailers; /* names and values are copies */
    size_t trailer_count;
} Options;

typedef struct Call {
    const sh_host *host;
    sh_call handle;
    sh_loop loop;
    Options *options; /* NULL: none */
    sh_timer timer;
    uint8_t *answer; /* unary with a delay: what the timer sends */
    size_t answer_size;
    int64_t count; /* messages so far: sent by server streaming, seen by client streaming */
    int64_t bytes; /* client streaming: payload bytes seen */
    int64_t wanted; /* server streaming: messages in all */
    uint8_t *payload; /* server streaming: the encoded message */
    size_t payload_size;
    size_t data_size; /* of the bytes in it, without the tag */
} Call;

/* ---- Options out of metadata ------------------------------------------------------------------------------------ */

static int starts_with(sh_bytes name, const char *prefix) {
    size_t n = strlen(prefix);
    return name.size >= n && memcmp(name.data, prefix, n) == 0;
}

static int equals(sh_bytes name, const char *text) { return name.size == strlen(text) && starts_with(name, text); }

static uint8_t *copy_of(const uint8_t *data, size_t size) {
    uint8_t *copy = malloc(size ? size : 1);
    if (copy && size) memcpy(copy, data, size);
    return copy;
}

static sh_bytes copy(sh_bytes bytes) {
    sh_bytes copy = {copy_of(bytes.data, bytes.size), bytes.size};
    if (!copy.data) copy.size = 0;
    return copy;
}

static sh_bytes text(const char *text) {
    sh_bytes bytes = {(const uint8_t *)text, strlen(text)};
    return bytes;
}

static uint64_t number(sh_bytes text) {
    uint64_t value = 0;
    for (size_t i = 0; i < text.size && i < 9; i++) {
        if (text.data[i] < '0' || text.data[i] > '9') return 0;
        value = value * 10 + (uint64_t)(text.data[i] - '0');
    }
    return value;
}

static void options_free(Options *options) {
    if (!options) return;
    for (size_t i = 0; i < options->trailer_count; i++) {
        free((void *)options->trailers[i].name.data);
        free((void *)options->trailers[i].value.data);
    }
    free(options->trailers);
    free(options->message);
    free((void *)options->details.data);
    free(options);
}

/* NULL where the metadata asks for nothing (or memory is out: then the call is served plainly). */
static Options *options_of(const sh_host *host, sh_call call, const sh_call_info *info) {
    size_t echoes = 0, wanted = 0;
    for (size_t i = 0; i < info->metadata_count; i++) {
        sh_bytes name = info->metadata[i].name;
        if (starts_with(name, "echo-")) echoes++;
        if (starts_with(name, "trail-") || starts_with(name, "bench-")) wanted++;
    }
    /* A call that is resumed has sent its initial metadata. */
    if (echoes && !info->resumed) {
        sh_metadata *entries = calloc(echoes, sizeof *entries);
        size_t n = 0;
        for (size_t i = 0; entries && i < info->metadata_count; i++)
            if (starts_with(info->metadata[i].name, "echo-")) entries[n++] = info->metadata[i];
        if (entries) host->send_metadata(host, call, entries, n);
        free(entries);
    }
    if (!wanted) return NULL;
    Options *options = calloc(1, sizeof *options);
    if (!options) return NULL;
    options->trailers = calloc(wanted, sizeof *options->trailers);
    for (size_t i = 0; i < info->metadata_count; i++) {
        sh_metadata entry = info->metadata[i];
        if (equals(entry.name, "bench-status")) options->status = (int32_t)number(entry.value);
        if (equals(entry.name, "bench-delay-ms")) options->delay_ns = number(entry.value) * 1000000u;
        if (equals(entry.name, "bench-interval-ms")) options->interval_ns = number(entry.value) * 1000000u;
        if (equals(entry.name, "bench-number")) options->numbered = 1;
        if (equals(entry.name, "bench-compress")) host->compress(host, call, number(entry.value) == 1);
        /* "-bin": text that plain metadata can't carry. */
        if ((equals(entry.name, "bench-message") || equals(entry.name, "bench-message-bin")) && !options->message) {
            options->message = calloc(entry.value.size + 1, 1);
            if (options->message && entry.value.size) memcpy(options->message, entry.value.data, entry.value.size);
        }
        if (equals(entry.name, "bench-details-bin") && !options->details.data) options->details = copy(entry.value);
        if (equals(entry.name, "bench-pushback-ms")) entry.name = text("grpc-retry-pushback-ms");
        else if (!starts_with(entry.name, "trail-")) continue;
        if (options->trailers) {
            sh_metadata *trailer = &options->trailers[options->trailer_count++];
            trailer->name = copy(entry.name);
            trailer->value = copy(entry.value);
        }
    }
    return options;
}

/* ---- Ending a call ----------------------------------------------------------------------------------------------- */

static void finish(Call *call) {
    if (!call->options) {
        call->host->finish(call->host, call->handle, NULL);
        return;
    }
    sh_finish end = {0};
    end.struct_size = sizeof end;
    end.code = call->options->status;
    if (call->options->message) end.message = text(call->options->message);
    end.details = call->options->details;
    end.trailers = call->options->trailers;
    end.trailer_count = call->options->trailer_count;
    call->host->finish(call->host, call->handle, &end);
}

/* An answer of a method with one: not sent where the status is none of success. */
static void answer(Call *call, const uint8_t *data, size_t size) {
    if (!call->options || call->options->status == SH_GRPC_OK) {
        sh_bytes message = {data, size};
        if (call->host->send(call->host, call->handle, message) == SH_TOO_LARGE) {
            static const char text[] = "the answer is over the host's limit for outgoing messages";
            sh_finish end = {0};
            end.struct_size = sizeof end;
            end.code = SH_GRPC_RESOURCE_EXHAUSTED;
            end.message.data = (const uint8_t *)text;
            end.message.size = sizeof text - 1;
            call->host->finish(call->host, call->handle, &end);
            return;
        }
    }
    finish(call);
}

static void fail(Call *call, int32_t code, const char *text) {
    sh_finish end = {0};
    end.struct_size = sizeof end;
    end.code = code;
    end.message.data = (const uint8_t *)text;
    end.message.size = strlen(text);
    call->host->finish(call->host, call->handle, &end);
}

/* ---- A little protobuf ------------------------------------------------------------------------------------------- */

/* Reads a varint; 0 where the bytes end first or it is too long. */
static int read_varint(const uint8_t **at, const uint8_t *end, uint64_t *value) {
    uint64_t result = 0;
    for (int shift = 0; shift < 64 && *at < end; shift += 7) {
        uint8_t byte = *(*at)++;
        result |= (uint64_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80)) {
            *value = result;
            return 1;
        }
    }
    return 0;
}

static size_t write_varint(uint8_t *to, uint64_t value) {
    size_t n = 0;
    while (value >= 0x80) {
        to[n++] = (uint8_t)(value | 0x80);
        value >>= 7;
    }
    to[n++] = (uint8_t)value;
    return n;
}

/* The next field: its number, and its value or, for bytes, its length with *at behind the bytes. 0: none, or malformed. */
static int read_field(const uint8_t **at, const uint8_t *end, uint64_t *field, uint64_t *value) {
    uint64_t tag;
    if (*at >= end || !read_varint(at, end, &tag)) return 0;
    *field = tag >> 3;
    switch (tag & 7) {
    case 0:
        return read_varint(at, end, value);
    case 1:
        *value = 8;
        break;
    case 2:
        if (!read_varint(at, end, value)) return 0;
        break;
    case 5:
        *value = 4;
        break;
    default:
        return 0;
    }
    if (*value > (uint64_t)(end - *at)) return 0;
    *at += *value;
    return 1;
}

/* Begins a Payload of that many bytes of data, the tag among them; answers how many bytes that took. */
static size_t begin_payload(uint8_t *to, size_t data_size) {
    if (data_size == 0) return 0;
    to[0] = 1 << 3 | 2;
    return 1 + write_varint(to + 1, data_size);
}
#define PAYLOAD_BEGIN 11 /* at the most */

/* A Payload with the tag behind its data, to be freed; NULL: malformed, or no memory. */
static uint8_t *tagged(sh_bytes message, size_t *size) {
    const uint8_t *at = message.data, *end = message.data + message.size, *data = NULL;
    size_t data_size = 0;
    uint64_t field, value;
    while (at < end) {
        if (!read_field(&at, end, &field, &value)) return NULL;
        if (field != 1) continue;
        data_size = (size_t)value; /* of a field that comes twice the last counts */
        data = at - data_size;
    }
    uint8_t *copy = malloc(PAYLOAD_BEGIN + data_size + TAG_SIZE);
    if (!copy) return NULL;
    *size = begin_payload(copy, data_size + TAG_SIZE);
    if (data_size) memcpy(copy + *size, data, data_size);
    memcpy(copy + *size + data_size, tag, TAG_SIZE);
    *size += data_size + TAG_SIZE;
    return copy;
}

/* ---- Checkpoints ------------------------------------------------------------------------------------------------- */

/* Numbers, little-endian: the next build need not have been made by the same compiler. */
static void put_number(uint8_t *to, uint64_t value) {
    for (int i = 0; i < 8; i++) to[i] = (uint8_t)(value >> (8 * i));
}

static uint64_t get_number(const uint8_t *from) {
    uint64_t value = 0;
    for (int i = 0; i < 8; i++) value |= (uint64_t)from[i] << (8 * i);
    return value;
}

/* Tells the host where the call stands, and lets it go: what was sent is with the host already, and what comes goes to the new code.
 * Nothing is to be given back, as each message is used when it comes. */
static sh_status yield_call(void *state, sh_call handle) {
    Call *call = state;
    uint8_t place[16];
    put_number(place, (uint64_t)call->count);
    put_number(place + 8, (uint64_t)call->bytes);
    sh_bytes checkpoint = {place, sizeof place};
    return call->host->checkpoint(call->host, handle, checkpoint) == SH_OK ? SH_OK : SH_REFUSED;
}

/* ---- Callbacks: what all methods share --------------------------------------------------------------------------- */

static sh_status open_call(void *instance, void *method, sh_call handle, const sh_call_info *info, void **state) {
    (void)method;
    Call *call = calloc(1, sizeof *call);
    if (!call) return SH_NO_MEMORY;
    Instance *own = instance;
    call->host = own->host;
    call->handle = handle;
    call->loop = info->loop;
    if (info->resumed) {
        if (info->checkpoint.size != 16) { /* another plugin's, or another version's: this one has only ever had these */
            fail(call, SH_GRPC_UNAVAILABLE, "the service was replaced by a version that can't go on with this call; try again");
            free(call);
            return SH_REFUSED;
        }
        call->count = (int64_t)get_number(info->checkpoint.data);
        call->bytes = (int64_t)get_number(info->checkpoint.data + 8);
    } else {
        atomic_fetch_add_explicit(&own->calls, 1, memory_order_relaxed);
    }
    if (info->metadata_count) call->options = options_of(call->host, handle, info);
    *state = call;
    return SH_OK;
}

static void close_call(void *state, sh_call handle) {
    (void)handle;
    Call *call = state;
    if (call->timer) call->host->timer_cancel(call->host, call->timer);
    options_free(call->options);
    free(call->answer);
    free(call->payload);
    free(call);
}

/* ---- Unary ------------------------------------------------------------------------------------------------------- */

static void answer_late(void *state) {
    Call *call = state;
    call->timer = 0;
    answer(call, call->answer, call->answer_size);
}

static void unary_message(void *state, sh_call handle, sh_bytes message) {
    (void)handle;
    Call *call = state;
    uint8_t *copy = NULL;
    if (TAG_SIZE) {
        copy = tagged(message, &message.size);
        if (!copy) {
            fail(call, SH_GRPC_INTERNAL, "found a malformed Payload");
            return;
        }
        message.data = copy;
    }
    if (call->options && call->options->delay_ns) {
        call->answer = copy_of(message.data, message.size);
        call->answer_size = call->answer ? message.size : 0;
        call->timer = call->host->timer_start(call->host, call->loop, call->options->delay_ns, answer_late, call);
    } else {
        answer(call, message.data, message.size);
    }
    free(copy);
}

/* ---- Server streaming -------------------------------------------------------------------------------------------- */

#define MOST_BYTES (64 * 1024 * 1024)

static void stream_some(void *state, sh_call handle);

static void stream_on(void *state) {
    Call *call = state;
    call->timer = 0;
    stream_some(call, call->handle);
}

/* Makes the payload begin with the number of the message, as far as it has room. */
static void number_payload(Call *call) {
    char text[24];
    int length = snprintf(text, sizeof text, "%lld:", (long long)call->count);
    if (length > 0 && (size_t)length <= call->data_size)
        memcpy(call->payload + call->payload_size - TAG_SIZE - call->data_size, text, (size_t)length);
}

static void stream_some(void *state, sh_call handle) {
    Call *call = state;
    if (call->timer) return; /* it is on_writable, and the next message isn't due */
    sh_bytes message = {call->payload, call->payload_size};
    while (call->count < call->wanted) {
        if (call->options && call->options->numbered) number_payload(call);
        sh_status status = call->host->send(call->host, handle, message);
        if (status < 0) {
            if (status == SH_TOO_LARGE) fail(call, SH_GRPC_RESOURCE_EXHAUSTED, "size is over the host's limit");
            return;
        }
        call->count++;
        if (call->options && call->options->interval_ns && call->count < call->wanted) {
            call->timer = call->host->timer_start(call->host, call->loop, call->options->interval_ns, stream_on, call);
            return;
        }
        if (status == SH_FULL) return; /* on_writable goes on */
    }
    finish(call);
}

static void stream_message(void *state, sh_call handle, sh_bytes message) {
    Call *call = state;
    int64_t count = 0, size = 0;
    const uint8_t *at = message.data, *end = message.data + message.size;
    uint64_t field, value;
    while (at < end) {
        if (!read_field(&at, end, &field, &value)) {
            fail(call, SH_GRPC_INTERNAL, "found a malformed StreamReq");
            return;
        }
        if (field == 1) count = (int32_t)value;
        if (field == 2) size = (int32_t)value;
    }
    if (count < 0 || size < 0 || size > MOST_BYTES) {
        fail(call, SH_GRPC_INVALID_ARGUMENT, "count and size must not be negative, and size at most 64 MiB");
        return;
    }
    call->payload = malloc(PAYLOAD_BEGIN + (size_t)size + TAG_SIZE);
    if (!call->payload) {
        fail(call, SH_GRPC_RESOURCE_EXHAUSTED, "no memory for a message of that size");
        return;
    }
    call->data_size = (size_t)size;
    call->payload_size = begin_payload(call->payload, call->data_size + TAG_SIZE);
    memset(call->payload + call->payload_size, 'x', call->data_size);
    memcpy(call->payload + call->payload_size + call->data_size, tag, TAG_SIZE);
    call->payload_size += call->data_size + TAG_SIZE;
    call->wanted = count;
    /* Of one that is resumed all but the rest was sent. */
    stream_some(state, handle);
}

/* ---- Client streaming -------------------------------------------------------------------------------------------- */

static void upload_message(void *state, sh_call handle, sh_bytes message) {
    Call *call = state;
    const uint8_t *at = message.data, *end = message.data + message.size;
    uint64_t field, value;
    int64_t bytes = 0;
    while (at < end) {
        if (!read_field(&at, end, &field, &value)) {
            fail(call, SH_GRPC_INTERNAL, "found a malformed Payload");
            return;
        }
        if (field == 1) bytes = (int64_t)value; /* of a field that comes twice the last counts */
    }
    call->count++;
    call->bytes += bytes;
    call->host->request(call->host, handle, 1);
}

static void upload_half_close(void *state, sh_call handle) {
    (void)handle;
    Call *call = state;
    uint8_t summary[32];
    size_t n = 0;
    if (call->count) {
        summary[n++] = 1 << 3;
        n += write_varint(summary + n, (uint64_t)call->count);
    }
    if (call->bytes) {
        summary[n++] = 2 << 3;
        n += write_varint(summary + n, (uint64_t)call->bytes);
    }
    answer(call, summary, n);
}

/* ---- Bidirectional ----------------------------------------------------------------------------------------------- */

static void bidi_message(void *state, sh_call handle, sh_bytes message) {
    Call *call = state;
    uint8_t *copy = NULL;
    if (TAG_SIZE) {
        copy = tagged(message, &message.size);
        if (!copy) {
            fail(call, SH_GRPC_INTERNAL, "found a malformed Payload");
            return;
        }
        message.data = copy;
    }
    sh_status status = call->host->send(call->host, handle, message);
    free(copy);
    /* Full: no more requests until the client has read. */
    if (status == SH_OK) call->host->request(call->host, handle, 1);
    if (status == SH_TOO_LARGE) fail(call, SH_GRPC_RESOURCE_EXHAUSTED, "the answer is over the host's limit");
}

static void bidi_writable(void *state, sh_call handle) {
    Call *call = state;
    call->host->request(call->host, handle, 1);
}

static void bidi_half_close(void *state, sh_call handle) {
    (void)handle;
    finish(state);
}

/* ---- The plugin -------------------------------------------------------------------------------------------------- */

static const sh_handler unary = {.struct_size = sizeof(sh_handler), .on_open = open_call, .on_message = unary_message, .on_close = close_call};
static const sh_handler server_stream = {
    .struct_size = sizeof(sh_handler), .on_open = open_call, .on_message = stream_message, .on_writable = stream_some,
    .on_yield = yield_call, .on_close = close_call};
static const sh_handler client_stream = {
    .struct_size = sizeof(sh_handler), .on_open = open_call, .on_message = upload_message, .on_half_close = upload_half_close,
    .on_yield = yield_call, .on_close = close_call};
static const sh_handler bidi = {
    .struct_size = sizeof(sh_handler), .on_open = open_call, .on_message = bidi_message, .on_half_close = bidi_half_close,
    .on_writable = bidi_writable, .on_yield = yield_call, .on_close = close_call};

static const sh_method methods[] = {
    {sizeof(sh_method), "Unary", SH_UNARY, SH_RELOAD_PIN, &unary, NULL},
    {sizeof(sh_method), "ServerStream", SH_SERVER_STREAMING, SH_RELOAD_MIGRATE, &server_stream, NULL},
    {sizeof(sh_method), "ClientStream", SH_CLIENT_STREAMING, SH_RELOAD_MIGRATE, &client_stream, NULL},
    {sizeof(sh_method), "Bidi", SH_BIDIRECTIONAL, SH_RELOAD_MIGRATE, &bidi, NULL},
};
static const sh_method *const method_list[] = {&methods[0], &methods[1], &methods[2], &methods[3]};

static sh_status refuse(sh_error *error, const char *text) {
    if (error) snprintf(error->text, sizeof error->text, "%s", text);
    return SH_REFUSED;
}

static sh_status create(const sh_host *host, sh_bytes config, void **instance, sh_error *error) {
    (void)config;
    Instance *own = calloc(1, sizeof *own);
    if (!own) return refuse(error, "no memory");
    own->host = host;
    *instance = own;
    return SH_OK;
}

/* ---- The state that is handed over: how many calls were served ----------------------------------------------------- */

#define STATE_SCHEMA "echo-c.counts"
#define STATE_VERSION 1u

static sh_status save(void *instance, sh_state *state, sh_error *error) {
    Instance *own = instance;
    uint8_t *bytes = malloc(8);
    if (!bytes) return refuse(error, "no memory");
    put_number(bytes, atomic_load_explicit(&own->calls, memory_order_relaxed));
    state->schema = STATE_SCHEMA;
    state->version = STATE_VERSION;
    state->bytes = (sh_owned){.data = bytes, .size = 8, .release = free, .context = bytes};
    return SH_OK;
}

static sh_status restore(void *instance, const char *schema, uint32_t version, sh_bytes bytes, sh_error *error) {
    Instance *own = instance;
    if (strcmp(schema, STATE_SCHEMA) != 0 || version > STATE_VERSION || bytes.size != 8) {
        char text[200];
        snprintf(text, sizeof text, "found the state %.60s %u of %zu bytes, this plugin knows %s up to %u, of 8 bytes", schema,
                 (unsigned)version, bytes.size, STATE_SCHEMA, STATE_VERSION);
        return refuse(error, text);
    }
    atomic_store_explicit(&own->calls, get_number(bytes.data), memory_order_relaxed);
    return SH_OK;
}

/* ---- Life cycle -------------------------------------------------------------------------------------------------- */

static sh_status start(void *instance, const sh_registrar *registrar, sh_error *error) {
    (void)instance;
    sh_service service = {0};
    service.struct_size = sizeof service;
    service.name = "bench.Bench";
    service.methods = method_list;
    service.method_count = sizeof method_list / sizeof *method_list;
    return registrar->add_service(registrar, &service, error);
}

static sh_status retire(void *instance, sh_residue *residue) {
    (void)instance;
    (void)residue;
    return SH_OK; /* no threads, and timers only as long as their calls */
}

static void destroy(void *instance) { free(instance); }

SH_EXPORT const sh_plugin *streamhost_plugin(void) {
    static const sh_plugin plugin = {
        .magic = SH_MAGIC,
        .struct_size = sizeof(sh_plugin),
        .abi_major = SH_ABI_MAJOR,
        .abi_minor = SH_ABI_MINOR,
        .name = "echo-c",
        .version = "1.0.0",
        .create = create,
        .start = start,
        .save = save,
        .restore = restore,
        .retire = retire,
        .destroy = destroy,
    };
    return &plugin;
}
