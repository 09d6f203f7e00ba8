// Which addresses lie in the open internet.

#include <gtest/gtest.h>

#include "outbound/outside.hpp"

namespace bifrost::outbound {
namespace {

bool is_open(const std::string& text) {
    const auto address = parse_address(text);
    EXPECT_TRUE(address) << text;
    return address && is_global(*address);
}

TEST(OutboundAddress, what_is_inside_is_known_in_every_spelling) {
    for (const char* inside : {"127.0.0.1",
                               "127.1",
                               "0x7f.0.0.1",
                               "0x7f000001",
                               "2130706433",
                               "0177.0.0.1",
                               "0.0.0.0",
                               "0",
                               "10.1.2.3",
                               "100.64.0.1",
                               "169.254.169.254",
                               "172.16.0.1",
                               "172.31.255.255",
                               "192.0.0.1",
                               "192.0.2.1",
                               "192.168.1.1",
                               "198.18.0.1",
                               "198.51.100.1",
                               "203.0.113.1",
                               "224.0.0.1",
                               "239.255.255.255",
                               "255.255.255.255",
                               "::",
                               "::1",
                               "::ffff:127.0.0.1",
                               "::ffff:a9fe:a9fe",
                               "64:ff9b::7f00:1",
                               "64:ff9b:1::1",
                               "fe80::1",
                               "fc00::1",
                               "fd12:3456::1",
                               "ff02::1",
                               "2001:db8::1",
                               "2002:7f00:1::",
                               "2001::1",
                               "::127.0.0.1",
                               "100::1",
                               "fec0::1",
                               "3fff::1",
                               "5f00::1"})
        EXPECT_FALSE(is_open(inside)) << inside;
}

TEST(OutboundAddress, what_is_outside_is_open) {
    for (const char* outside :
         {"8.8.8.8", "1.1.1.1", "100.63.255.255", "100.128.0.1", "172.15.0.1", "172.32.0.1",
          "2606:4700::1111", "2a00:1450:4001::1", "64:ff9b::808:808", "::ffff:8.8.8.8"})
        EXPECT_TRUE(is_open(outside)) << outside;
}

TEST(OutboundAddress, networks_hold_what_lies_in_them) {
    const auto networks = Networks::parse({"10.1.0.0/16", "192.168.7.7", "fd00:1::/32"});
    ASSERT_TRUE(networks);
    for (const char* in : {"10.1.255.255", "192.168.7.7", "fd00:1::9"})
        EXPECT_TRUE(networks->contain(*parse_address(in))) << in;
    for (const char* out : {"10.2.0.0", "192.168.7.8", "fd00:2::9", "::1"})
        EXPECT_FALSE(networks->contain(*parse_address(out))) << out;
    for (const char* none : {"10.1.0.0/33", "fd00::/129", "somewhere", "10.0.0.0/", "10.0.0.0/x", "/8"})
        EXPECT_FALSE(Networks::parse({none})) << none;
}

std::string refusal(const Outside& outside, const std::string& url) {
    const auto checked = outside.check(url);
    return checked ? "" : checked.error().detail;
}

TEST(OutboundAddress, urls_that_lead_inside_or_nowhere_are_refused) {
    OutsideOptions options;
    options.allow_http = true;
    const auto outside = Outside::make(options);
    ASSERT_TRUE(outside);
    for (const char* url : {"http://localhost/",
                            "http://LOCALHOST:80",
                            "https://localhost./x",
                            "http://a.localhost",
                            "http://127.1/",
                            "http://0x7f000001/",
                            "http://2130706433/",
                            "http://0177.0.0.1/",
                            "http://[::1]/",
                            "http://[::]/",
                            "http://[::ffff:127.0.0.1]/",
                            "http://[fe80::1%25eth0]/",
                            "http://169.254.169.254/latest/meta-data",
                            "http://0/",
                            "http://10.0.0.1",
                            "ftp://example.com/",
                            "file:///etc/passwd",
                            "gopher://example.com",
                            "https://user:secret@example.com/",
                            "https://example.com/with space",
                            "https://exämple.com/",
                            "example.com",
                            "https://",
                            "//example.com",
                            "https://example.com\n/",
                            ""})
        EXPECT_NE(refusal(*outside, url), "") << url;
    for (const char* url :
         {"https://hooks.example.com/bifrost?token=1", "http://example.com:8080", "https://8.8.8.8/"})
        EXPECT_EQ(refusal(*outside, url), "") << url;
}

TEST(OutboundAddress, plain_http_is_for_development) {
    const auto outside = Outside::make({});
    ASSERT_TRUE(outside);
    EXPECT_NE(refusal(*outside, "http://example.com/"), "");
    EXPECT_EQ(refusal(*outside, "https://example.com/"), "");
}

TEST(OutboundAddress, a_name_that_leads_inside_is_not_called) {
    OutsideOptions options;
    options.allow_http = true;
    options.resolve = [](const std::string&) { return std::vector{*parse_address("127.0.0.1")}; };
    const auto outside = Outside::make(options);
    ASSERT_TRUE(outside);
    Call call;
    call.url = "http://innocent.example.com:9/";
    const auto answer = outside->post(call);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, Errc::invalid);
}

TEST(OutboundAddress, a_host_is_asked_for_once) {
    OutsideOptions options;
    options.allow_http = true;
    options.networks = {"127.0.0.2"};
    int asked = 0;
    // It changes its answer after the look.
    options.resolve = [&](const std::string&) {
        return std::vector{*parse_address(++asked == 1 ? "127.0.0.2" : "127.0.0.1")};
    };
    const auto outside = Outside::make(options);
    ASSERT_TRUE(outside);
    Call call;
    call.url = "http://changing.example.com:9/"; // nobody listens there
    const auto answer = outside->post(call);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, Errc::unavailable);
    EXPECT_EQ(asked, 1);
}

} // namespace
} // namespace bifrost::outbound
