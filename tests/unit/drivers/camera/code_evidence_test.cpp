#include "drivers/camera/code_evidence.h"

#include <doctest/doctest.h>

using namespace drivers::camera;
using kiosk::Milliseconds;

namespace {

DecodeReply code(const std::string& text, Evidence evidence,
                 Symbology symbology = Symbology::code39) {
  DecodeReply reply;
  reply.outcome = Outcome::code;
  reply.symbology = symbology;
  reply.evidence = evidence;
  reply.content = text;
  return reply;
}

CodeEvidence evidence_with(std::vector<PayloadRule> rules = {}) {
  return std::move(*CodeEvidence::create(std::move(rules)));
}

const drivers::usb::Moment start{};

}  // namespace

TEST_CASE("evidence: a firm code counts at once, nothing and empty never") {
  CodeEvidence evidence = evidence_with();
  CHECK(evidence.accepts(start, code("A1234", Evidence::firm)));
  CHECK_FALSE(evidence.accepts(start, DecodeReply{}));
  CHECK_FALSE(evidence.accepts(start, code("", Evidence::firm)));
}

TEST_CASE("evidence: a weak code counts when a second frame says the same in time") {
  CodeEvidence evidence = evidence_with();
  CHECK_FALSE(evidence.accepts(start, code("A1234", Evidence::weak)));
  CHECK_FALSE(evidence.accepts(start + Milliseconds(60), code("A1235", Evidence::weak)));
  CHECK_FALSE(evidence.accepts(start + Milliseconds(90),
                               code("A1234", Evidence::weak, Symbology::code128)));
  CHECK(evidence.accepts(start + Milliseconds(120), code("A1234", Evidence::weak)));

  evidence.forget();
  CHECK_FALSE(evidence.accepts(start + Milliseconds(130), code("A1234", Evidence::weak)));
  const auto late = start + Milliseconds(131) + CodeEvidence::agreement_limit;
  CHECK_FALSE(evidence.accepts(late, code("A1234", Evidence::weak)));
  CHECK(evidence.accepts(late + CodeEvidence::agreement_limit, code("A1234", Evidence::weak)));
}

TEST_CASE("evidence: a symbology with rules takes only what fits one of them") {
  CodeEvidence evidence = evidence_with({{Symbology::code39, 9, 9, "[STFGM][0-9]{7}[A-Z]"},
                                         {Symbology::code39, 4, 6, ""},
                                         {Symbology::qr, 66, 66, "[0-9A-F]{64}:[01]"}});
  CHECK(evidence.accepts(start, code("S1234567D", Evidence::firm)));
  CHECK_FALSE(evidence.accepts(start, code("A1234567D", Evidence::firm)));
  CHECK(evidence.accepts(start, code("A1234", Evidence::firm)));
  CHECK_FALSE(evidence.accepts(start, code("A12", Evidence::firm)));
  CHECK_FALSE(evidence.accepts(start, code("A12345678", Evidence::firm, Symbology::qr)));
  CHECK(evidence.accepts(start, code("anything", Evidence::firm, Symbology::aztec)));
}

TEST_CASE("evidence: a pattern that is none is refused, a long code does not exhaust it") {
  CHECK(CodeEvidence::create({{Symbology::qr, 1, 9, "("}}).error().code == "bad_pattern");
  CodeEvidence evidence = evidence_with({{Symbology::qr, 1, 8192, "(a|b)*"}});
  CHECK_FALSE(evidence.accepts(start, code(std::string(8000, 'a'), Evidence::firm, Symbology::qr)));
  CHECK(evidence.accepts(start, code(std::string(400, 'a'), Evidence::firm, Symbology::qr)));
}
