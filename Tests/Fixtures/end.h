/* A good plugin in all that the including fixture has not named: fixture.Service with a method of each kind, which answers with a word, a
 * message or three, and has a counter as its state. */

static inline sh_status good_open(void *instance, void *method, sh_call handle, const sh_call_info *info, void **state) {
    Call *call = calloc(1, sizeof *call);
    if (!call) return SH_NO_MEMORY;
    call->host = instance;
    call->handle = handle;
    call->loop = info->loop;
    call->kind = (int32_t)(intptr_t)method;
    *state = call;
    calls++;
    return SH_OK;
}

static inline void good_message(void *state, sh_call handle, sh_bytes message) {
    (void)message;
    Call *call = state;
    call->messages++;
    switch (call->kind) {
    case SH_UNARY:
        host->send(host, handle, word);
        host->finish(host, handle, NULL);
        break;
    case SH_SERVER_STREAMING:
        if (host->send(host, handle, word) == SH_OK) host->finish(host, handle, NULL);
        break;
    case SH_CLIENT_STREAMING:
        host->request(host, handle, 1);
        break;
    default:
        if (host->send(host, handle, word) == SH_OK) host->request(host, handle, 1);
    }
}

static inline void good_half_close(void *state, sh_call handle) {
    Call *call = state;
    if (call->kind == SH_CLIENT_STREAMING) {
        host->send(host, handle, word);
        host->finish(host, handle, NULL);
    }
    if (call->kind == SH_BIDIRECTIONAL) host->finish(host, handle, NULL);
}

static inline void good_writable(void *state, sh_call handle) {
    Call *call = state;
    if (call->kind == SH_SERVER_STREAMING) host->finish(host, handle, NULL);
    if (call->kind == SH_BIDIRECTIONAL) host->request(host, handle, 1);
}

static inline sh_status good_yield(void *state, sh_call handle) {
    Call *call = state;
    sh_bytes checkpoint = {(const uint8_t *)&call->messages, sizeof call->messages};
    host->checkpoint(host, handle, checkpoint);
    return SH_OK;
}

static inline void good_close(void *state, sh_call handle) {
    (void)handle;
    free(state);
}

#ifndef ON_OPEN
#define ON_OPEN good_open
#endif
#ifndef ON_MESSAGE
#define ON_MESSAGE good_message
#endif
#ifndef ON_HALF_CLOSE
#define ON_HALF_CLOSE good_half_close
#endif
#ifndef ON_WRITABLE
#define ON_WRITABLE good_writable
#endif
#ifndef ON_CANCEL
#define ON_CANCEL NULL
#endif
#ifndef ON_YIELD
#define ON_YIELD good_yield
#endif
#ifndef ON_CLOSE
#define ON_CLOSE good_close
#endif

static const sh_handler handler = {
    sizeof(sh_handler), ON_OPEN, ON_MESSAGE, ON_HALF_CLOSE, ON_WRITABLE, ON_CANCEL, ON_YIELD, ON_CLOSE};

#ifndef RELOAD
#define RELOAD SH_RELOAD_MIGRATE
#endif
#ifndef METHODS
#define METHOD(name, kind) {sizeof(sh_method), name, kind, RELOAD, &handler, (void *)(intptr_t)kind}
static const sh_method methods[] = {
    METHOD("Unary", SH_UNARY), METHOD("Client", SH_CLIENT_STREAMING), METHOD("Server", SH_SERVER_STREAMING),
    METHOD("Bidi", SH_BIDIRECTIONAL)};
static const sh_method *const method_list[] = {&methods[0], &methods[1], &methods[2], &methods[3]};
#define METHODS method_list
#define METHOD_COUNT 4
#endif
#ifndef DESCRIPTORS
#define DESCRIPTORS {NULL, 0}
#endif

static inline sh_status good_create(const sh_host *table, sh_bytes config, void **instance, sh_error *error) {
    (void)config, (void)error;
    host = table;
    *instance = (void *)table;
    return SH_OK;
}

static inline sh_status good_start(void *instance, const sh_registrar *registrar, sh_error *error) {
    (void)instance;
    sh_service service = {sizeof service, "fixture.Service", DESCRIPTORS, METHODS, METHOD_COUNT};
    return registrar->add_service(registrar, &service, error);
}

#define SCHEMA "fixture.calls"
#define SCHEMA_VERSION 1

static inline sh_status good_save(void *instance, sh_state *state, sh_error *error) {
    (void)instance, (void)error;
    int *saved = malloc(sizeof *saved);
    if (!saved) return SH_NO_MEMORY;
    *saved = calls;
    state->schema = SCHEMA;
    state->version = SCHEMA_VERSION;
    state->bytes = (sh_owned){(const uint8_t *)saved, sizeof *saved, free, saved};
    return SH_OK;
}

static inline sh_status good_restore(void *instance, const char *schema, uint32_t version, sh_bytes bytes, sh_error *error) {
    (void)instance;
    if (strcmp(schema, SCHEMA) != 0) return refuse(error, "found another schema, wanted " SCHEMA);
    if (version > SCHEMA_VERSION) return refuse(error, "found a version of a newer build, wanted 1");
    if (bytes.size != sizeof calls) return refuse(error, "found another size, wanted a counter");
    memcpy(&calls, bytes.data, sizeof calls);
    return SH_OK;
}

static inline sh_status good_retire(void *instance, sh_residue *residue) {
    (void)instance, (void)residue;
    return SH_OK;
}

static inline void good_destroy(void *instance) { (void)instance; }

#ifndef MAGIC
#define MAGIC SH_MAGIC
#endif
#ifndef STRUCT_SIZE
#define STRUCT_SIZE sizeof(sh_plugin)
#endif
#ifndef MAJOR
#define MAJOR SH_ABI_MAJOR
#endif
#ifndef MIN_MINOR
#define MIN_MINOR 0
#endif
#ifndef NAME
#define NAME "fixture"
#endif
#ifndef CREATE
#define CREATE good_create
#endif
#ifndef START
#define START good_start
#endif
#ifndef SAVE
#define SAVE good_save
#endif
#ifndef RESTORE
#define RESTORE good_restore
#endif
#ifndef RETIRE
#define RETIRE good_retire
#endif
#ifndef DESTROY
#define DESTROY good_destroy
#endif

static const sh_plugin plugin = {MAGIC, STRUCT_SIZE, MAJOR, SH_ABI_MINOR, MIN_MINOR, 0, NAME, "1.0.0", NULL, NULL,
    CREATE, START, SAVE, RESTORE, RETIRE, DESTROY};

#ifndef NO_ENTRY
SH_EXPORT const sh_plugin *streamhost_plugin(void) { return &plugin; }
#endif
