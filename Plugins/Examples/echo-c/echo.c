/* echo-c: bench.Bench as a plugin in plain C, over raw bytes: no protobuf library, nothing but streamhost's header.
 *
 *   Unary         answers the request as it is
 *   ServerStream  answers `count` payloads of `size` bytes
 *   ClientStream  counts messages and payload bytes
 *   Bidi          answers each message as it is
 *
 * For tests it also shows metadata, status and time: request metadata named "echo-..." comes back as initial metadata, "trail-..."
 * as trailing metadata; "bench-status" and "bench-message" say how the call ends; "bench-delay-ms" delays a unary answer.
 *
 * A call's callbacks come one at a time, on one thread; so a call's state needs no lock. Of what the calls share, only the host's
 * table is kept, and that is constant.
 */
#include <stdlib.h>
#include <string.h>

#include <streamhost/plugin.h>

/* What a method keeps of a call. Calls without options (nearly all) need none of it, and get a null state where they can. */
typedef struct Options {
    int32_t status;
    char *message;
    uint64_t delay_ns;
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
    int64_t count; /* server streaming: messages left. Client streaming: messages seen. */
    int64_t bytes; /* client streaming: payload bytes seen */
    uint8_t *payload; /* server streaming: the encoded message */
    size_t payload_size;
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
    if (echoes) {
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
        /* "-bin": text that plain metadata can't carry. */
        if ((equals(entry.name, "bench-message") || equals(entry.name, "bench-message-bin")) && !options->message) {
            options->message = calloc(entry.value.size + 1, 1);
            if (options->message && entry.value.size) memcpy(options->message, entry.value.data, entry.value.size);
        }
        if (starts_with(entry.name, "trail-") && options->trailers) {
            sh_metadata *trailer = &options->trailers[options->trailer_count];
            trailer->name.data = copy_of(entry.name.data, entry.name.size);
            trailer->value.data = copy_of(entry.value.data, entry.value.size);
            trailer->name.size = trailer->name.data ? entry.name.size : 0;
            trailer->value.size = trailer->value.data ? entry.value.size : 0;
            options->trailer_count++;
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
    if (call->options->message) {
        end.message.data = (const uint8_t *)call->options->message;
        end.message.size = strlen(call->options->message);
    }
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

/* ---- Callbacks: what all methods share --------------------------------------------------------------------------- */

static sh_status open_call(void *instance, void *method, sh_call handle, const sh_call_info *info, void **state) {
    (void)method;
    Call *call = calloc(1, sizeof *call);
    if (!call) return SH_NO_MEMORY;
    call->host = instance;
    call->handle = handle;
    call->loop = info->loop;
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
    if (call->options && call->options->delay_ns) {
        call->answer = copy_of(message.data, message.size);
        call->answer_size = call->answer ? message.size : 0;
        call->timer = call->host->timer_start(call->host, call->loop, call->options->delay_ns, answer_late, call);
        return;
    }
    answer(call, message.data, message.size);
}

/* ---- Server streaming -------------------------------------------------------------------------------------------- */

#define MOST_BYTES (64 * 1024 * 1024)

static void stream_some(void *state, sh_call handle) {
    Call *call = state;
    sh_bytes message = {call->payload, call->payload_size};
    while (call->count > 0) {
        sh_status status = call->host->send(call->host, handle, message);
        if (status < 0) {
            if (status == SH_TOO_LARGE) fail(call, SH_GRPC_RESOURCE_EXHAUSTED, "size is over the host's limit");
            return;
        }
        call->count--;
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
    call->payload = malloc((size_t)size + 16);
    if (!call->payload) {
        fail(call, SH_GRPC_RESOURCE_EXHAUSTED, "no memory for a message of that size");
        return;
    }
    if (size > 0) {
        call->payload[call->payload_size++] = 1 << 3 | 2;
        call->payload_size += write_varint(call->payload + call->payload_size, (uint64_t)size);
        memset(call->payload + call->payload_size, 'x', (size_t)size);
        call->payload_size += (size_t)size;
    }
    call->count = count;
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
    sh_status status = call->host->send(call->host, handle, message);
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
    .struct_size = sizeof(sh_handler), .on_open = open_call, .on_message = stream_message, .on_writable = stream_some, .on_close = close_call};
static const sh_handler client_stream = {
    .struct_size = sizeof(sh_handler), .on_open = open_call, .on_message = upload_message, .on_half_close = upload_half_close, .on_close = close_call};
static const sh_handler bidi = {
    .struct_size = sizeof(sh_handler), .on_open = open_call, .on_message = bidi_message, .on_half_close = bidi_half_close,
    .on_writable = bidi_writable, .on_close = close_call};

static const sh_method methods[] = {
    {sizeof(sh_method), "Unary", SH_UNARY, SH_RELOAD_PIN, &unary, NULL},
    {sizeof(sh_method), "ServerStream", SH_SERVER_STREAMING, SH_RELOAD_PIN, &server_stream, NULL},
    {sizeof(sh_method), "ClientStream", SH_CLIENT_STREAMING, SH_RELOAD_PIN, &client_stream, NULL},
    {sizeof(sh_method), "Bidi", SH_BIDIRECTIONAL, SH_RELOAD_PIN, &bidi, NULL},
};
static const sh_method *const method_list[] = {&methods[0], &methods[1], &methods[2], &methods[3]};

/* The instance is the host's table itself: this plugin has no state of its own. */
static sh_status create(const sh_host *host, sh_bytes config, void **instance, sh_error *error) {
    (void)config;
    (void)error;
    *instance = (void *)host;
    return SH_OK;
}

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

static void destroy(void *instance) { (void)instance; }

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
        .retire = retire,
        .destroy = destroy,
    };
    return &plugin;
}
