#include "kiosk/text/font_list.h"

#include <string_view>

namespace kiosk::text {
namespace {

constexpr std::string_view cjk_folder = "/usr/share/fonts/opentype/noto/";
constexpr std::string_view noto_folder = "/usr/share/fonts/truetype/noto/";

// Faces of NotoSansCJK-*.ttc: 0 JP, 1 KR, 2 SC, 3 TC, 4 HK, then the same with fixed pitch.
constexpr int cjk_sc = 2;
constexpr int cjk_mono_sc = 7;

FontFile noto_cjk(int index) {
  const std::string stem = std::string(cjk_folder) + "NotoSansCJK-";
  return {stem + "Regular.ttc", stem + "Bold.ttc", index, SharedMarks::wide};
}

FontFile noto(std::string_view name) {
  const std::string stem = std::string(noto_folder) + std::string(name);
  return {stem + "-Regular.ttf", stem + "-Bold.ttf", 0};
}

FontFile single(std::string_view path) {
  return {std::string(path), {}, 0};
}

}  // namespace

// Measured on Debian 12. Noto Sans CJK has 𠮷 䶮 㛃 𬱖 and U+30EDD, but no 𠀀 𠮸 𡸃
// 𪛖; BabelStone Han, drawn in the mainland's forms, has 𠀀 𡸃 𪛖 and extensions G and H; HanaMinB
// has 𠮸 and all of extensions B to F. Latin beyond western Europe (ễ, Ž, ğ, ə) is in Noto Sans.
FontList debian_fonts(Pitch pitch) {
  FontList list;
  list.push_back(noto_cjk(pitch == Pitch::fixed ? cjk_mono_sc : cjk_sc));
  for (const std::string_view name :
       {"NotoSans",         "NotoSansArabic",   "NotoSansTamil",     "NotoSansDevanagari",
        "NotoSansBengali",  "NotoSansThai",     "NotoSansMyanmar",   "NotoSansKhmer",
        "NotoSansLao",      "NotoSansHebrew",   "NotoSansGurmukhi",  "NotoSansGujarati",
        "NotoSansTelugu",   "NotoSansKannada",  "NotoSansMalayalam", "NotoSansSinhala",
        "NotoSansGeorgian", "NotoSansArmenian", "NotoSansEthiopic",  "NotoSerifTibetan",
        "NotoSansSymbols"}) {
    list.push_back(noto(name));
  }
  for (const std::string_view name : {"NotoSansMongolian", "NotoSansYi", "NotoSansSymbols2"}) {
    list.push_back(single(std::string(noto_folder) + std::string(name) + "-Regular.ttf"));
  }
  list.push_back(single("/usr/share/fonts/truetype/babelstone/BabelStoneHan.ttf"));
  list.push_back(single("/usr/share/fonts/truetype/hanazono/HanaMinA.ttf"));
  list.push_back(single("/usr/share/fonts/truetype/hanazono/HanaMinB.ttf"));
  return list;
}

}  // namespace kiosk::text
