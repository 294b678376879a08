#include "config_bench.h"

using namespace config_bench;

// What is added to `least` begins at line 23; each case has one mistake and names its line and key.

TEST_CASE("config mistake: TOML that cannot be parsed, with the line") {
  const Site site;
  CHECK(has(mistake(site, least + "[kiosk\n", 23, ""), "not TOML"));
  CHECK(has(mistake(site, least + "[kiosk]\ncode = 'K1'\ncode = 'K2'\n", 25, ""), "not TOML"));
  CHECK(has(mistake(site, "test = \"\xff\"\n" + least, 1, ""), "not TOML"));
}

TEST_CASE("config mistake: keys nested so deep that no parser should follow them") {
  const Site site;
  std::string deep = "a";
  for (int i = 0; i < 100'000; ++i) deep += ".a";
  CHECK(has(mistake(site, least + deep + " = 1\n", 23, ""), "more than 100 dots"));
  const std::string lists = std::string(40, '[') + std::string(40, ']');
  CHECK(has(mistake(site, "x = " + lists + "\n" + least, 1, ""), "nested too deep"));
  CHECK(has(mistake(site, least + "[kiosk]\n[" + deep + "]\n", 24, ""), "more than 100 dots"));
}

TEST_CASE("config mistake: an unknown key, with the nearest known one") {
  const Site site;
  CHECK(has(mistake(site, least + "[kiosk]\ncod = 'K1'\n", 24, "kiosk.cod"), "did you mean code?"));
  CHECK(has(mistake(site, least + "[time_out]\n", 23, "time_out"), "did you mean time_outs?"));
  CHECK(has(mistake(site, "tests = true\n" + least, 1, "tests"), "did you mean test?"));
  CHECK(has(mistake(site, least + "[kiosk]\ntime_zone = 'UTC'\n", 24, "kiosk.time_zone"),
            "did you mean site.time_zone?"));
  CHECK(has(mistake(site, least + "[kiosk]\nzzzzzz = 1\n", 24, "kiosk.zzzzzz"),
            "unknown key | code, minimum_incarnation"));
  CHECK(has(mistake(site, least + "[[clinics]]\nid = 'a'\nlat = 'desk'\n", 25, "clinics[1].lat"),
            "did you mean late?"));
}

TEST_CASE("config mistake: the wrong type") {
  const Site site;
  CHECK(has(mistake(site, least + "[kiosk]\ncode = 1\n", 24, "kiosk.code"),
            "wrong type, a whole number | letters"));
  CHECK(has(mistake(site, "test = 'true'\n" + least, 1, "test"), "true or false"));
  CHECK(has(mistake(site, least + "[time_outs]\ndone_s = 20.5\n", 24, "time_outs.done_s"),
            "a number with a fraction"));
  CHECK(has(mistake(site, "kiosk = 1\n" + least, 1, "kiosk"), "a table, [kiosk]"));
  CHECK(has(mistake(site, "fonts = 1\n" + least, 1, "fonts"), "[[fonts]]"));
  CHECK(has(mistake(site, "clinics = ['a']\n" + least, 1, "clinics[1]"), "a table"));
  CHECK(has(mistake(site, "directions.K1 = 5\n" + least, 1, "directions.K1"),
            "[directions.KIOSK.PLACE]"));
  CHECK(has(mistake(site, least + "[desk_first]\npayment = 'pay'\n", 24, "desk_first.payment"),
            "a text for each language"));
  CHECK(
      has(mistake(site, replaced(least, "url = ", "includes = [1]\nurl = "), 8, "server.includes"),
          "a whole number"));
}

TEST_CASE("config mistake: a number out of range") {
  const Site site;
  CHECK(has(mistake(site, least + "[printer]\nwidth_dots = 500\n", 24, "printer.width_dots"),
            "one of: 384, 512, 576"));
  CHECK(has(mistake(site, least + "[time_outs]\ndone_s = -1\n", 24, "time_outs.done_s"),
            "-1 is out of range | a whole number from 5 to 600"));
  CHECK(
      has(mistake(site, least + "[server.arrival]\nway = 'x'\n[kiosk]\n", 24, "server.arrival.way"),
          "one of: auto, transaction, one_by_one, appointment_only"));
  CHECK(has(mistake(site, least + "[time_outs]\ndone_s = 10\n", 24, "time_outs.done_s"),
            "not longer than time_outs.warning_s"));
}

TEST_CASE("config mistake: a bad pattern, time zone, time of day, URI, code") {
  const Site site;
  const std::string code = least + "[[codes]]\nname = 'c'\nsystem = 'urn:c'\npattern = ";
  CHECK(has(mistake(site, code + "'[a'", 26, "codes[1].pattern"), "not a regular expression"));
  CHECK(has(mistake(site, code + "'" + std::string(400, '(') + "'", 26, "codes[1].pattern"),
            "too long"));
  CHECK(has(mistake(site, replaced(least, "Asia/Shanghai", "Asia/Shangai"), 3, "site.time_zone"),
            "no such time zone"));
  const std::string hours = least + "[[opening_hours]]\ndays = ['mon']\nuntil = '12:00'\nfrom = ";
  for (const char* time : {"'7:00'", "'24:01'", "'12:60'", "'1200'", "'+1:00'"}) {
    CHECK(has(mistake(site, hours + time, 26, "opening_hours[1].from"), "not a time of day"));
  }
  CHECK(has(mistake(site, hours + "'12:00'", 25, "opening_hours[1].until"), "after `from`"));
  CHECK(has(
      mistake(site, replaced(hours + "'07:00'", "'mon'", "'monday'"), 24, "opening_hours[1].days"),
      "mon, tue"));
  CHECK(
      has(mistake(site, least + "[server.systems]\nnonce = 'nonce'\n", 24, "server.systems.nonce"),
          "not an absolute URI"));
  CHECK(has(mistake(site, least + "[kiosk]\ncode = 'K1B'\n", 24, "kiosk.code"), "the last one"));
  CHECK(has(mistake(site, least + "[directions.X.a]\nway = { zh-Hans = 'a', en = 'b' }\n", 23,
                    "directions.X"),
            "not a kiosk code"));
}

TEST_CASE("config mistake: a required key is missing") {
  const Site site;
  CHECK(has(
      mistake(site, replaced(least, "url = \"https://fhir.example.org/r4\"", ""), 7, "server.url"),
      "missing"));
  CHECK(
      has(mistake(site, replaced(least, "time_zone = \"Asia/Shanghai\"", ""), 1, "site.time_zone"),
          "missing"));
  CHECK(has(mistake(site, replaced(least, "name = \"English\"", ""), 18, "languages[2].name"),
            "missing"));
  CHECK(has(mistake(site, least + "[[clinics]]\nlate = 'desk'\n", 23, "clinics[1].id"), "missing"));
  CHECK(has(mistake(site, least + "[[codes]]\nname = 'c'\npattern = 'a'\n", 23, "codes[1].system"),
            "missing"));
}

TEST_CASE("config mistake: an empty file lacks all that must be given") {
  const Site site;
  std::vector<std::string> keys;
  for (const ConfigProblem& problem : site.load("").problems) {
    CHECK(problem.line == 1);
    keys.push_back(problem.key);
  }
  for (const char* key : {"site.name", "site.time_zone", "desk.name", "desk.place", "server.url",
                          "server.token_file", "ticket.templates", "languages"}) {
    CAPTURE(key);
    CHECK(std::find(keys.begin(), keys.end(), key) != keys.end());
  }
}

TEST_CASE("config mistake: a second row for the same clinic, language or code") {
  const Site site;
  CHECK(has(
      mistake(site, least + "[[clinics]]\nid = 'a'\n[[clinics]]\nid = 'a'\n", 26, "clinics[2].id"),
      "a second row for a"));
  CHECK(
      has(mistake(site, least + "[[languages]]\ntag = 'en'\nname = 'E'\n", 24, "languages[3].tag"),
          "a second row for en"));
}

TEST_CASE("config mistake: a language without catalogue, and texts that lack a language") {
  const Site site;
  std::filesystem::remove(site.path("locale/en.mo"));
  CHECK(has(mistake(site, least, 19, "languages[2].tag"), "no catalogue for en"));

  const Site whole;
  CHECK(has(mistake(whole, replaced(least, ", en = \"Registration\"", ""), 5, "desk.name"),
            "missing for language en"));
  CHECK(has(mistake(whole, replaced(least, "en = \"Registration\"", "en = 'R', fr = 'E'"), 5,
                    "desk.name.fr"),
            "not one of the site's languages | zh-Hans, en"));
  CHECK(
      has(mistake(whole, replaced(least, "\nen = \"ticket.receipt\"", ""), 10, "ticket.templates"),
          "missing for language en"));
}

TEST_CASE("config mistake: files that are missing or of the wrong kind") {
  const Site site;
  CHECK(has(mistake(site, replaced(least, "\nen = \"ticket.receipt\"", "\nen = 'no.receipt'"), 12,
                    "ticket.templates.en"),
            "no.receipt: No such file"));
  CHECK(has(mistake(site, replaced(least, "\nen = \"ticket.receipt\"", "\nen = 'locale'"), 12,
                    "ticket.templates.en"),
            "is not a file"));
  CHECK(has(
      mistake(site, replaced(least, "locale = \"locale\"", "locale = 'token'"), 14, "files.locale"),
      "is not a folder"));
  CHECK(has(mistake(site, least + "[[fonts]]\nregular = 'none.ttf'\n", 24, "fonts[1].regular"),
            "No such file"));
}

TEST_CASE("config mistake: a secret file that others may read") {
  for (const mode_t mode : {0640U, 0604U, 0660U, 0777U}) {
    const Site site;
    site.write("token", "secret", mode);
    CHECK(has(mistake(site, least, 9, "server.token_file"), "open to group or others"));
  }
  const Site site;
  site.write("key", std::string(64, 'a'), 0644);
  CHECK(has(mistake(site, least + "key_file = 'key'\n", 23, "vault.key_file"), "chmod 0600"));
  site.write("key", std::string(64, 'a'), 0400);
  CHECK(site.load(least + "key_file = 'key'\n").config.has_value());
}

TEST_CASE("config mistake: a secret written into the file is refused and never repeated") {
  const Site site;
  const std::string secret = "3f9c2ab47de811aa90b1c2d3e4f50617";
  for (const std::string& text :
       {replaced(least, "token_file = \"token\"", "token_file = \"" + secret + "\""),
        replaced(least, "token_file =", "token = \"" + secret + "\"\ntoken_file ="),
        replaced(least, "token_file =", "client_secret = \"" + secret + "\"\ntoken_file ="),
        least + "key_file = \"" + secret + "\"\n", least + "key = \"" + secret + "\"\n",
        replaced(least, "https://fhir", "https://kiosk:" + secret + "@fhir")}) {
    const ConfigReport report = site.load(text);
    only(report);
    CHECK_FALSE(has(all_of(report), secret));
  }
  CHECK(has(mistake(site, replaced(least, "token_file =", "token = \"x\"\ntoken_file ="), 9,
                    "server.token"),
            "a secret never stands in this file"));
}

TEST_CASE("config mistake: plain http that leaves the machine") {
  const Site site;
  const std::string url = "https://fhir.example.org/r4";
  CHECK(has(mistake(site, replaced(least, url, "http://fhir.example.org/r4"), 8, "server.url"),
            "plain http leaves this machine"));
  CHECK(has(mistake(site, replaced(least, url, "ftp://fhir.example.org"), 8, "server.url"),
            "not a URL"));
  CHECK(has(mistake(site, least + "[alerts]\nwebhook_url = 'http://10.0.0.1/x'\n", 24,
                    "alerts.webhook_url"),
            "plain http"));
  CHECK(site.load(replaced(least, url, "http://127.0.0.1:8080/r4")).config.has_value());
}

TEST_CASE("config mistake: without test = true no sign-in \"none\", no recording") {
  const Site site;
  const std::string no_sign_in = replaced(least, "token_file = \"token\"", "sign_in = 'none'");
  CHECK(has(mistake(site, no_sign_in, 9, "server.sign_in"), "needs test = true"));
  CHECK(site.load("test = true\n" + no_sign_in).config.has_value());
  const std::string recording = replaced(least, "locale =", "recording = 'r'\nlocale =");
  CHECK(has(mistake(site, recording, 14, "files.recording"), "needs test = true"));
  CHECK(site.load("test = true\n" + recording).config.has_value());
  CHECK(has(mistake(site, "test = true\n" + replaced(least, "token_file = \"token\"", ""), 8,
                    "server.token_file"),
            "sign_in \"bearer\" needs it"));
}

TEST_CASE("config mistake: a way to sign in without what it needs") {
  const Site site;
  const auto with = [&](const std::string& sign_in, const std::string& more = "") {
    return site.load(replaced(least, "token_file = \"token\"", "sign_in = '" + sign_in + "'") +
                     more);
  };
  const auto complains = [](const ConfigReport& report, const std::string& key) {
    return std::any_of(report.problems.begin(), report.problems.end(),
                       [&](const ConfigProblem& one) { return one.key == key; });
  };
  for (const char* key : {"client_id", "key_file", "key_id"}) {
    CAPTURE(key);
    CHECK(complains(with("smart"), std::string("server.smart.") + key));
  }
  const std::string smart = "[server.smart]\nclient_id = 'k'\nkey_id = 'k'\nkey_file = 'token'\n";
  CHECK(with("smart", smart).config.has_value());
  CHECK(complains(with("smart", smart + "scopes = []\n"), "server.smart.scopes"));
  CHECK(complains(with("certificate"), "server.certificate_file"));
  CHECK(complains(site.load(replaced(least, "token_file = \"token\"",
                                     "token_file = 'token'\ncertificate_file = 'token'")),
                  "server.certificate_key_file"));
  CHECK(complains(site.load(least + "[server.orders]\nurl = 'https://x.example.org/K1'\n"),
                  "server.orders.key_file"));
}

TEST_CASE("config mistake: the kiosk's own campus among the others") {
  const Site site;
  CHECK(has(mistake(site,
                    replaced(least, "time_zone", "campus = 'east'\ntime_zone") +
                        "[campuses.east]\nzh-Hans = '东'\nen = 'East'\n",
                    24, "campuses.east"),
            "own campus"));
}

TEST_CASE("config mistake: a device without what it cannot be without") {
  const Site site;
  CHECK(has(mistake(site, least + "[id_reader]\nkind = 'serial'\n", 23, "id_reader.serial_port"),
            "needs it"));
  CHECK(has(mistake(site, least + "[id_reader]\nkind = 'program'\n", 23, "id_reader.program"),
            "needs it"));
  CHECK(has(mistake(site, least + "[id_reader]\nkind = 'program'\nprogram = ['/no/such']\n", 25,
                    "id_reader.program"),
            "cannot find /no/such"));
  CHECK(has(mistake(site, least + "[printer]\nkind = 'cups'\n", 23, "printer.cups_queue"),
            "needs it"));
  CHECK(has(mistake(site, least + "[smart_cards]\nused = true\n", 24, "smart_cards.used"),
            "at least one kind"));
}

TEST_CASE("config mistake: where the vault's key comes from is chosen, never guessed") {
  const Site site;
  const std::string chosen = "key_storage = \"disk\"";
  const std::string none = mistake(site, replaced(least, chosen, "#"), 21, "vault.key_storage");
  CHECK(has(none, "missing"));
  CHECK(has(none, "credential, server, disk"));
  CHECK(has(mistake(site, replaced(least, chosen, "key_storage = 'tpm'"), 22, "vault.key_storage"),
            "credential, server, disk"));
  CHECK(site.load(replaced(least, chosen, "key_storage = 'credential'")).config.has_value());
  const std::string server = replaced(least, chosen, "key_storage = 'server'");
  CHECK(has(mistake(site, server, 21, "vault.key_url"), "needs it"));
  CHECK(has(mistake(site, server + "key_url = ''\n", 23, "vault.key_url"), "needs it"));
  CHECK(has(mistake(site, server + "key_url = 'http://keys.example.org/K1'\n", 23, "vault.key_url"),
            "plain http leaves this machine"));
  const std::string url = "key_url = 'https://keys.example.org/K1'\n";
  CHECK(site.load(server + url).config->key_url == "https://keys.example.org/K1");
  CHECK(has(mistake(site, least + url, 23, "vault.key_url"), "nothing is asked there"));
}
