/* Defect: releases a buffer twice. */
#include "begin.h"
static void message(void *state, sh_call call, sh_bytes message) {
    (void)state, (void)message;
    uint8_t *bytes;
    sh_buffer *buffer = host->buffer_create(host, 0, &bytes);
    host->send_buffer(host, call, buffer);
    host->buffer_release(host, buffer);
    host->buffer_release(host, buffer);
    finish(call, SH_GRPC_OK, "");
}
#define ON_MESSAGE message
#include "end.h"
