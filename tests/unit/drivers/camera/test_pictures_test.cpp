#include "drivers/camera/test_pictures.h"

#include <doctest/doctest.h>

#include <fstream>
#include <map>

#include "drivers/camera/decoder/picture_decoder.h"
#include "tests/bench/camera/generator.h"

using namespace drivers::camera;

namespace {

const std::string folder = KIOSK_SOURCE_DIR "/tests/unit/drivers/camera/pictures";

}  // namespace

TEST_CASE("pictures: the bad pictures that were read once are read, none wrongly") {
  std::map<std::string, std::string> truth;
  std::ifstream file(folder + "/truth.tsv");
  for (std::string line; std::getline(file, line);) {
    truth[line.substr(0, line.find('\t'))] = line.substr(line.find('\t') + 1);
  }
  const auto paths = picture_paths(folder);
  REQUIRE(paths);
  CHECK(paths->size() == truth.size());
  REQUIRE(decode_pictures(*paths, [&](const PictureRead& read) {
    CAPTURE(read.file);
    CHECK(read.problem.empty());
    CHECK(read.text == truth[read.file]);
    CHECK((read.symbology == Symbology::none) == truth[read.file].empty());
  }));
}

TEST_CASE("pictures: a line has four columns, whatever the text holds") {
  CHECK(line_of({"a.png", Symbology::qr, "x\ty\\z\n\x1e", "", 3.14159}) ==
        "a.png\tQR\tx\\ty\\\\z\\n\\x1E\t3.1");
  CHECK(line_of({"b.png", Symbology::none, "", "", 0.04}) == "b.png\t-\t-\t0.0");
}

TEST_CASE("pictures: a folder that is not there is said to be") {
  CHECK(picture_paths("/nonexistent").error().code == "no_folder");
}

TEST_CASE("pictures: the live camera reads over frames what one look does not") {
  using bench::camera::Degradation;
  const auto sample = bench::camera::make_sample(Symbology::qr, Degradation::inverted, 5);
  const auto read_at = [&](std::uint32_t slice) {
    return decoder::decode(sample.frame.view(), Effort::one_slice, slice).content == sample.text;
  };
  CHECK(decoder::decode(sample.frame.view(), Effort::everything, 0).content == sample.text);
  std::uint32_t frames = 0;
  while (frames < 30 && !read_at(frames)) ++frames;
  CHECK(frames < 30);
}

TEST_CASE("pictures: every symbology is read from an easy frame, an empty one is dismissed") {
  using bench::camera::Degradation;
  for (int number = 1; number < symbology_count; ++number) {
    const auto symbology = static_cast<Symbology>(number);
    const auto sample = bench::camera::make_sample(symbology, Degradation::easy, 11);
    const auto reply = decoder::decode(sample.frame.view(), Effort::one_slice, 0);
    CAPTURE(name_of(symbology));
    CHECK(reply.content == sample.text);
    CHECK(reply.symbology == symbology);
    CHECK(reply.evidence == Evidence::firm);
  }
}
