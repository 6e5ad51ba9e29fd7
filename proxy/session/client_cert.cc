#include "proxy/session/client_cert.h"

#include <ctime>

#include "proxy/session/request_rules.h"

namespace lab::proxy {

namespace {

/// Percent-encoding as JavaScript's encodeURIComponent, which XFCC's readers expect of PEM text.
std::string url_encoded(const std::string& text) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
                       (byte >= '0' && byte <= '9') || c == '-' || c == '_' || c == '.' || c == '~';
    if (plain) {
      out += c;
    } else {
      out += '%';
      out += kDigits[byte >> 4];
      out += kDigits[byte & 15];
    }
  }
  return out;
}

void add_part(std::string& element, const std::string& part) {
  if (!element.empty()) element += ';';
  element += part;
}

}  // namespace

std::string client_cert_element(const config::HttpConnectionManager& hcm, const TlsInfo& tls) {
  std::string element;
  // The order is Envoy's: By, Hash, then what the details ask for.
  if (tls.local) {
    for (const std::string& uri : tls.local->uri_sans) add_part(element, "By=" + uri);
    if (tls.local->uri_sans.empty()) add_part(element, "By=");
  }
  const CertificateInfo& peer = *tls.peer;
  add_part(element, "Hash=" + peer.sha256);
  if (!hcm.set_current_client_cert_details) return element;
  const auto& details = *hcm.set_current_client_cert_details;
  if (details.cert) add_part(element, "Cert=\"" + url_encoded(peer.pem) + "\"");
  if (details.chain) add_part(element, "Chain=\"" + url_encoded(peer.chain_pem) + "\"");
  if (details.subject.value_or(false)) add_part(element, "Subject=\"" + peer.subject + "\"");
  if (details.uri) {
    for (const std::string& uri : peer.uri_sans) add_part(element, "URI=" + uri);
    if (peer.uri_sans.empty()) add_part(element, "URI=");
  }
  if (details.dns) {
    for (const std::string& name : peer.dns_sans) add_part(element, "DNS=" + name);
  }
  return element;
}

void apply_client_cert_rules(const config::HttpConnectionManager& hcm, const TlsInfoPtr& tls,
                             HeaderMap& headers) {
  using Mode = config::HttpConnectionManager::ForwardClientCertDetails;
  constexpr std::string_view kName = "x-forwarded-client-cert";
  const Mode mode = hcm.forward_client_cert_details;
  if (mode == Mode::always_forward_only) return;
  const bool mutual = tls && tls->peer && tls->peer_validated;
  if (mode == Mode::sanitize || !mutual) {
    headers.remove(kName);
    return;
  }
  if (mode == Mode::forward_only) return;
  const std::string element = client_cert_element(hcm, *tls);
  const auto before = headers.get_all(kName);
  if (mode == Mode::append_forward && before && !before->empty()) {
    const std::string joined = *before + "," + element;
    headers.set(kName, joined);
  } else {
    headers.set(kName, element);
  }
}

const std::string& http_date(std::chrono::system_clock::time_point now) {
  thread_local std::time_t last = 0;
  thread_local std::string text;
  const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
  if (seconds == last && !text.empty()) return text;
  last = seconds;
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  char buffer[64];
  text.assign(buffer, std::strftime(buffer, sizeof buffer, "%a, %d %b %Y %H:%M:%S GMT", &parts));
  return text;
}

}  // namespace lab::proxy
