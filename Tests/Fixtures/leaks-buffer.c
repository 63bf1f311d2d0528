/* Defect: never releases the buffers that it sends. */
#include "begin.h"
static void message(void *state, sh_call call, sh_bytes message) {
    (void)state, (void)message;
    uint8_t *bytes;
    sh_buffer *buffer = host->buffer_create(host, 0, &bytes);
    host->send_buffer(host, call, buffer);
    finish(call, SH_GRPC_OK, "");
}
#define ON_MESSAGE message
#include "end.h"
