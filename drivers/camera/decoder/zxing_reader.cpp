#include "drivers/camera/decoder/zxing_reader.h"

#define ZX_USE_UTF8 1
#include <ReadBarcode.h>

#include <exception>

namespace drivers::camera::decoder {
namespace {

using ZXing::BarcodeFormat;

ZXing::BarcodeFormats formats_of(Formats formats) {
  const ZXing::BarcodeFormats linear = BarcodeFormat::Code128 | BarcodeFormat::Code39;
  const ZXing::BarcodeFormats matrix =
      BarcodeFormat::QRCode | BarcodeFormat::DataMatrix | BarcodeFormat::Aztec;
  switch (formats) {
    case Formats::linear:
      return linear;
    case Formats::pdf417:
      return BarcodeFormat::PDF417;
    case Formats::qr:
      return BarcodeFormat::QRCode;
    case Formats::matrix:
      return matrix;
    case Formats::all:
      return linear | matrix | BarcodeFormat::PDF417;
  }
  return {};
}

ZXing::Binarizer binarizer_of(Threshold threshold) {
  switch (threshold) {
    case Threshold::local:
      return ZXing::Binarizer::LocalAverage;
    case Threshold::global:
      return ZXing::Binarizer::GlobalHistogram;
    case Threshold::exact:
      return ZXing::Binarizer::FixedThreshold;
  }
  return ZXing::Binarizer::LocalAverage;
}

Symbology symbology_of(BarcodeFormat format) {
  switch (format) {
    case BarcodeFormat::QRCode:
      return Symbology::qr;
    case BarcodeFormat::Code128:
      return Symbology::code128;
    case BarcodeFormat::Code39:
      return Symbology::code39;
    case BarcodeFormat::PDF417:
      return Symbology::pdf417;
    case BarcodeFormat::DataMatrix:
      return Symbology::data_matrix;
    case BarcodeFormat::Aztec:
      return Symbology::aztec;
    default:
      return Symbology::none;
  }
}

}  // namespace

std::optional<Read> read_code(const GreyView& picture, const ReadOptions& options) {
  const ZXing::ImageView image(picture.pixels, picture.width, picture.height,
                               ZXing::ImageFormat::Lum, picture.stride);
  ZXing::DecodeHints hints;
  hints.setFormats(formats_of(options.formats))
      .setMaxNumberOfSymbols(1)
      .setMinLineCount(static_cast<std::uint8_t>(options.lines))
      .setTryHarder(options.care == Care::thorough)
      .setTryRotate(options.care == Care::thorough)
      .setTryDownscale(false)
      .setBinarizer(binarizer_of(options.threshold));
  try {
    const ZXing::Result result = ZXing::ReadBarcode(image, hints);
    if (!result.isValid()) return std::nullopt;
    Read read;
    read.symbology = symbology_of(result.format());
    if (read.symbology == Symbology::none) return std::nullopt;
    read.aim_identifier = result.symbologyIdentifier();
    if (result.hasECI()) {
      read.content = result.text();
      // ]Q2, ]Q4 and ]Q6 say that ECI sequences follow (ISO/IEC 15424): these are resolved.
      if (read.symbology == Symbology::qr) --read.aim_identifier.back();
    } else {
      const ZXing::ByteArray& bytes = result.bytes();
      read.content.assign(bytes.begin(), bytes.end());
    }
    return read;
  } catch (const std::exception&) {
    return std::nullopt;  // thrown for a symbol that contradicts itself
  }
}

}  // namespace drivers::camera::decoder
