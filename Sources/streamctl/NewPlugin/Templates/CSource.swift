/// plugin.c of a new C plugin.
enum CSource {
    static func text(_ name: PluginName) -> String {
        #"""
        /* \#(name.text): the gRPC service \#(name.fullService) as a plugin of streamhost, in plain C.
         *
         *   SayHello   greets whom it is given
         *   Count      counts up to the number that it is given, one a second, and goes on in the new code when the plugin is reloaded
         *
         * A call's callbacks come one at a time, on one thread, so its state needs no lock.
         */
        #include <inttypes.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <string.h>

        #include <streamhost/plugin.h>

        /* Change it while a client counts, and build again. */
        #define GREETING "Hello"

        #define ONE_SECOND 1000000000u

        /* What is known of a call between its callbacks. */
        typedef struct Call {
            const sh_host *host;
            sh_call handle;
            sh_loop loop;
            sh_timer timer; /* 0: none runs */
            uint32_t next;  /* Count: the number to send next */
            uint32_t last;  /* Count: the number to end with */
        } Call;

        /* ---- A little protobuf: the messages of google/protobuf/wrappers.proto have one field, number 1 ------------------- */

        static int read_varint(const uint8_t **at, const uint8_t *end, uint64_t *value) {
            *value = 0;
            for (int shift = 0; shift < 64 && *at < end; shift += 7) {
                uint8_t byte = *(*at)++;
                *value |= (uint64_t)(byte & 0x7f) << shift;
                if (!(byte & 0x80)) return 1;
            }
            return 0;
        }

        /* Field 1: of a UInt32Value the number, of a StringValue the text. 0: the message is malformed. */
        static int read_value(sh_bytes message, uint64_t *number, sh_bytes *text) {
            const uint8_t *at = message.data, *end = message.data + message.size;
            while (at < end) {
                uint64_t tag, value;
                if (!read_varint(&at, end, &tag) || !read_varint(&at, end, &value)) return 0;
                switch (tag) {
                case 1 << 3 | 0:
                    *number = value;
                    break;
                case 1 << 3 | 2:
                    if (value > (uint64_t)(end - at)) return 0;
                    text->data = at;
                    text->size = (size_t)value;
                    at += value;
                    break;
                default:
                    return 0;
                }
            }
            return 1;
        }

        /* Sends a StringValue of the two texts, one after the other. */
        static sh_status send_text(Call *call, const char *first, sh_bytes second) {
            size_t length = strlen(first) + second.size, n = 0;
            uint8_t *message = malloc(length + 11); /* a tag, and at most ten bytes of length */
            if (!message) return SH_NO_MEMORY;
            message[n++] = 1 << 3 | 2;
            for (uint64_t rest = length; ; rest >>= 7) {
                message[n++] = (uint8_t)(rest < 0x80 ? rest : rest | 0x80);
                if (rest < 0x80) break;
            }
            memcpy(message + n, first, strlen(first));
            n += strlen(first);
            if (second.size) memcpy(message + n, second.data, second.size);
            n += second.size;
            sh_status status = call->host->send(call->host, call->handle, (sh_bytes){message, n}); /* copies it */
            free(message);
            return status;
        }

        static void fail(const sh_host *host, sh_call handle, int32_t code, const char *text) {
            sh_finish end = {.struct_size = sizeof end, .code = code, .message = {(const uint8_t *)text, strlen(text)}};
            host->finish(host, handle, &end);
        }

        /* ---- Every call ----------------------------------------------------------------------------------------------------- */

        static sh_status open_call(void *instance, void *method, sh_call handle, const sh_call_info *info, void **state) {
            (void)method;
            Call *call = calloc(1, sizeof *call);
            if (!call) return SH_NO_MEMORY;
            call->host = instance;
            call->handle = handle;
            call->loop = info->loop;
            *state = call;
            return SH_OK;
        }

        static void close_call(void *state, sh_call handle) {
            (void)handle;
            Call *call = state;
            if (call->timer) call->host->timer_cancel(call->host, call->timer);
            free(call);
        }

        /* ---- SayHello ------------------------------------------------------------------------------------------------------- */

        static void say_hello(void *state, sh_call handle, sh_bytes message) {
            Call *call = state;
            uint64_t number = 0;
            sh_bytes name = {0};
            if (!read_value(message, &number, &name)) {
                fail(call->host, handle, SH_GRPC_INTERNAL, "found a malformed google.protobuf.StringValue");
                return;
            }
            if (send_text(call, GREETING ", ", name) < 0) {
                fail(call->host, handle, SH_GRPC_RESOURCE_EXHAUSTED, "the answer could not be sent");
                return;
            }
            call->host->finish(call->host, handle, NULL);
        }

        /* ---- Count ---------------------------------------------------------------------------------------------------------- */

        /* A call that began in another generation goes on from its last checkpoint, which is the next number. */
        static sh_status open_count(void *instance, void *method, sh_call handle, const sh_call_info *info, void **state) {
            uint32_t next = 1;
            if (info->resumed && info->checkpoint.size == sizeof next) {
                memcpy(&next, info->checkpoint.data, sizeof next);
            } else if (info->resumed && info->checkpoint.size) {
                fail(instance, handle, SH_GRPC_UNAVAILABLE, "found a checkpoint of another version; try again");
                return SH_REFUSED;
            }
            sh_status status = open_call(instance, method, handle, info, state);
            if (status == SH_OK) ((Call *)*state)->next = next;
            return status;
        }

        static void count_on(void *state) {
            Call *call = state;
            call->timer = 0;
            if (call->next == 0 || call->next > call->last) {
                call->host->finish(call->host, call->handle, NULL);
                return;
            }
            char number[16];
            int length = snprintf(number, sizeof number, "%" PRIu32, call->next);
            sh_status status = send_text(call, GREETING " ", (sh_bytes){(const uint8_t *)number, (size_t)length});
            if (status == SH_CLOSED) return; /* on_close comes */
            if (status < 0) {
                fail(call->host, call->handle, SH_GRPC_RESOURCE_EXHAUSTED, "an answer could not be sent");
                return;
            }
            call->next++;
            /* Where the call stands: the host hands it to the next generation. */
            call->host->checkpoint(call->host, call->handle, (sh_bytes){(const uint8_t *)&call->next, sizeof call->next});
            /* SH_FULL: the client doesn't read; on_writable goes on. */
            if (status == SH_OK) call->timer = call->host->timer_start(call->host, call->loop, ONE_SECOND, count_on, call);
        }

        /* The request; after a reload it is delivered again. */
        static void count_message(void *state, sh_call handle, sh_bytes message) {
            Call *call = state;
            uint64_t last = 0;
            sh_bytes text = {0};
            if (!read_value(message, &last, &text)) {
                fail(call->host, handle, SH_GRPC_INTERNAL, "found a malformed google.protobuf.UInt32Value");
                return;
            }
            call->last = (uint32_t)last;
            count_on(call);
        }

        static void count_writable(void *state, sh_call handle) {
            (void)handle;
            Call *call = state;
            if (!call->timer) count_on(call);
        }

        /* The plugin is reloaded, and this call is to go on in the new code. The checkpoint says all, so it can let go at once: on_close
         * follows, which stops the timer. */
        static sh_status count_yield(void *state, sh_call handle) {
            (void)state;
            (void)handle;
            return SH_OK;
        }

        /* ---- The plugin ----------------------------------------------------------------------------------------------------- */

        static const sh_handler hello_handler = {
            .struct_size = sizeof(sh_handler), .on_open = open_call, .on_message = say_hello, .on_close = close_call};
        static const sh_handler count_handler = {
            .struct_size = sizeof(sh_handler), .on_open = open_count, .on_message = count_message, .on_writable = count_writable,
            .on_yield = count_yield, .on_close = close_call};

        static const sh_method hello_method = {
            .struct_size = sizeof(sh_method), .name = "SayHello", .kind = SH_UNARY, .reload = SH_RELOAD_PIN, .handler = &hello_handler};
        static const sh_method count_method = {
            .struct_size = sizeof(sh_method), .name = "Count", .kind = SH_SERVER_STREAMING, .reload = SH_RELOAD_MIGRATE,
            .handler = &count_handler};
        static const sh_method *const methods[] = {&hello_method, &count_method};

        /* The instance is the host's table itself: the calls share nothing else. */
        static sh_status create(const sh_host *host, sh_bytes config, void **instance, sh_error *error) {
            (void)config;
            (void)error;
            *instance = (void *)host;
            return SH_OK;
        }

        static sh_status start(void *instance, const sh_registrar *registrar, sh_error *error) {
            (void)instance;
            sh_service service = {
                .struct_size = sizeof service, .name = "\#(name.fullService)", .methods = methods,
                .method_count = sizeof methods / sizeof *methods};
            return registrar->add_service(registrar, &service, error);
        }

        static sh_status retire(void *instance, sh_residue *residue) {
            (void)instance;
            (void)residue;
            return SH_OK; /* no threads, and timers only as long as their calls */
        }

        static void destroy(void *instance) { (void)instance; }

        /* The one symbol that the host looks for. */
        SH_EXPORT const sh_plugin *streamhost_plugin(void) {
            static const sh_plugin plugin = {
                .magic = SH_MAGIC,
                .struct_size = sizeof(sh_plugin),
                .abi_major = SH_ABI_MAJOR,
                .abi_minor = SH_ABI_MINOR,
                .name = "\#(name.text)",
                .version = "1.0.0",
                .create = create,
                .start = start,
                .retire = retire,
                .destroy = destroy,
            };
            return &plugin;
        }

        """#
    }
}
