#include "../ndk.h"
