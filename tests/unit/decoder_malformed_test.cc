// Records that make no sense are counted, and leave everything else as it was.
#include <gtest/gtest.h>

#include <random>

#include "decode/decoder.h"
#include "records.h"

namespace cttrace::test {
namespace {

// One of each kind, in the middle of a call.
Records one_of_each() {
  return {enters("chdir", {kPointer}).at(100).by(7).string(0, "/tmp").base(0, {.path = "/"}),
          forks(50).at(110).by(8),
          executes().at(120).by(50).capture(CT_ARG_CWD, CT_CAP_FILE, CT_OK, WireFile{.path = "/a"}.bytes()),
          was_there().at(1).by(3),
          ends(0).at(130).by(50),
          moves(9, "/a").at(131),
          mounts(5, 0, true, "1 0 0:1 / / rw - ext4 /dev/sda rw\n").at(132),
          loses(CT_LOSS_TRUNCATED, 1).at(133),
          returns("chdir", {kPointer}, 0).at(150).by(7).entered_at(100).file(CT_ARG_RETURN, {.path = "/x"})};
}

// Each wrong record by what is wrong with it.
std::vector<std::pair<std::string, std::string>> malformed_records() {
  std::vector<std::pair<std::string, std::string>> all = {{"empty", ""}, {"a byte", "x"}};
  for (const std::string& record : one_of_each()) {
    const std::string kind = "kind " + std::to_string(record[0]);
    const auto length = static_cast<uint32_t>(record.size());
    const auto with = [&](size_t at, uint32_t value, size_t size) {
      std::string changed = record;
      std::memcpy(changed.data() + at, &value, size);
      return changed;
    };
    all.emplace_back(kind + ", no version", with(offsetof(ct_record, version), 0, 1));
    all.emplace_back(kind + ", newer version", with(offsetof(ct_record, version), CT_WIRE_VERSION + 1, 1));
    all.emplace_back(kind + ", unknown abi", with(offsetof(ct_record, abi), CT_ABI_COUNT, 1));
    all.emplace_back(kind + " unknown", with(offsetof(ct_record, kind), 11, 2));
    all.emplace_back(kind + " 0", with(offsetof(ct_record, kind), 0, 2));
    all.emplace_back(kind + ", length says more", with(offsetof(ct_record, length), length + 8, 4));
    all.emplace_back(kind + ", length says less", with(offsetof(ct_record, length), length - 8, 4));
    all.emplace_back(kind + ", a part of a capture behind it", [&] {
      std::string longer = with(offsetof(ct_record, length), length + 4, 4);
      return longer + std::string(4, '\0');
    }());
    for (size_t size = 0; size < record.size(); ++size) all.emplace_back(kind + ", cut", record.substr(0, size));
  }
  // A capture that says that it is longer than the record, or so long that adding to it overflows.
  for (const uint32_t length : {9u, 0x7fffffffu, 0xfffffff8u, 0xffffffffu}) {
    std::string record = enters("chdir", {kPointer}).string(0, "/tmp");
    std::memcpy(record.data() + sizeof(ct_enter) + offsetof(ct_capture, length), &length, sizeof(length));
    all.emplace_back("capture of " + std::to_string(length), record);
  }
  auto no_such_call = enters("chdir", {kPointer});
  for (const uint32_t number : {999u, 0x7fffffffu, 0xffffffffu, 0u}) {  // 0 is read: not in the table
    no_such_call.body.nr = number;
    all.emplace_back("entry of no call that is known", no_such_call);
  }
  auto no_such_return = returns("chdir", {kPointer}, 0).by(7).entered_at(100);
  no_such_return.body.nr = 999;
  all.emplace_back("return of no call that is known", no_such_return);
  return all;
}

std::vector<std::string> kinds(const Decoded& decoded) {
  std::vector<std::string> all;
  for (const Event& event : decoded.events) {
    std::string kind = std::to_string(event.index());
    if (const auto* call = std::get_if<Call>(&event))
      kind += std::string(call->row->name) + std::to_string(static_cast<int>(call->outcome)) + call->args[0].bytes;
    all.push_back(kind);
  }
  return all;
}

TEST(DecoderMalformed, EachIsCountedAndChangesNothing) {
  const Records good = one_of_each();
  const std::vector<std::string> expected = kinds(decode(good));
  ASSERT_EQ(expected.size(), 8u);
  for (const auto& [what, record] : malformed_records()) {
    // Before, in the middle of the call, and behind it.
    for (const size_t place : {size_t{0}, size_t{1}, good.size()}) {
      Records records = good;
      records.insert(records.begin() + static_cast<ptrdiff_t>(place), record);
      const Decoded decoded = decode(records);
      EXPECT_EQ(decoded.bad.malformed, 1u) << what;
      EXPECT_EQ(kinds(decoded), expected) << what;
    }
  }
}

TEST(DecoderMalformed, CapturesOfNoArgumentAreIgnored) {
  const Call call = decode({returns("chdir", {kPointer}, 0)
                                .string(1, "no such argument")
                                .string(0xff, "nor this")
                                .capture(0, 99, CT_OK, "no such kind")
                                .string(0, "/tmp")})
                        .call();
  EXPECT_EQ(call.args.size(), 1u);
  EXPECT_EQ(call.args[0].bytes, "/tmp");
}

TEST(DecoderMalformed, FilesThatAreTooShortAreNone) {
  const std::string whole = WireFile{.path = "/a"}.bytes();
  for (size_t size = 0; size < sizeof(ct_file); size += 8) {
    const Call call = decode({returns("fchdir", {6}, 0)
                                  .capture(0, CT_CAP_FILE, CT_OK, whole.substr(0, size))
                                  .capture(0, CT_CAP_MAGIC, CT_OK, whole.substr(0, size))})
                          .call();
    EXPECT_FALSE(call.args[0].file) << size;
  }
}

TEST(DecoderMalformed, AnyBytesAreSurvived) {
  std::mt19937_64 random(20261124);
  const Records good = one_of_each();
  for (int round = 0; round < 20'000; ++round) {
    std::string record = good[random() % good.size()];
    for (uint64_t changes = 1 + random() % 8; changes > 0; --changes)
      record[8 + random() % (record.size() - 8)] = static_cast<char>(random());  // behind the length
    // Whatever became of it, it is told or counted; so is the call that was going on.
    const Decoded decoded = decode({good[0], record});
    EXPECT_GE(decoded.calls().size(), 1u);
    EXPECT_LE(decoded.bad.malformed, 1u);
  }
}

}  // namespace
}  // namespace cttrace::test
