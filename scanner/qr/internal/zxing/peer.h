#ifdef __cplusplus
extern "C" {
#endif

/* zxing_count finds QR codes in 8-bit luminance and returns how many it read,
 * or -1 when the library threw. harder asks for everything it has. */
int zxing_count(const unsigned char *pix, int width, int height, int stride, int harder);

#ifdef __cplusplus
}
#endif
