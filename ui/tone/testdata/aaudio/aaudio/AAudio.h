// As much of AAudio (API 26) as card_android.c uses, for its test on a machine
// without Android. What it does is in fake.c.
#pragma once

#include <stdint.h>

typedef int32_t aaudio_result_t, aaudio_format_t, aaudio_data_callback_result_t;
typedef struct AAudioStream AAudioStream;
typedef struct AAudioStreamBuilder AAudioStreamBuilder;
typedef aaudio_data_callback_result_t (*AAudioStream_dataCallback)(AAudioStream *, void *, void *, int32_t);

enum { AAUDIO_OK = 0, AAUDIO_FORMAT_PCM_I16 = 1, AAUDIO_CALLBACK_RESULT_CONTINUE = 0, AAUDIO_CALLBACK_RESULT_STOP = 1 };
