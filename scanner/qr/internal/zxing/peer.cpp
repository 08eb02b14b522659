//go:build zxing

#include "peer.h"

#include <ZXing/DecodeHints.h>
#include <ZXing/ReadBarcode.h>

extern "C" int zxing_count(const unsigned char *pix, int width, int height, int stride, int harder)
{
	try {
		ZXing::DecodeHints hints;
		hints.setFormats(ZXing::BarcodeFormat::QRCode);
		hints.setTryHarder(harder != 0);
		hints.setTryRotate(harder != 0);
		ZXing::ImageView view(pix, width, height, ZXing::ImageFormat::Lum, stride);
		int n = 0;
		for (auto &result : ZXing::ReadBarcodes(view, hints))
			n += result.isValid();
		return n;
	} catch (...) {
		return -1;
	}
}
