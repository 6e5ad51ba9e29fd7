#pragma once

#include <cstddef>
#include <cstdint>

/// Every bound that the proxy keeps against hostile or broken peers, in one place. Where Envoy has
/// a default, it is Envoy's; configuration may replace those that are members of an options struct
/// (proxy/http/codec.h).
namespace lab::proxy::limits {

// --- HTTP, both versions
inline constexpr std::size_t kMaxHeaderBytes = 60 * 1024;  ///< max_request_headers_kb.
inline constexpr std::size_t kMaxHeaderFields =
    100;  ///< common_http_protocol_options.max_headers_count.
inline constexpr std::size_t kMaxInformational = 16;  ///< 1xx answers before one final answer.

// --- HTTP/1
inline constexpr std::size_t kMaxMethodBytes = 64;
inline constexpr std::size_t kMaxChunkLineBytes = 4 * 1024;  ///< Chunk size with its extensions.
inline constexpr std::size_t kMaxChunkExtensionBytes = 16 * 1024;  ///< In one body.
inline constexpr std::size_t kMaxEmptyLines = 8;                   ///< Before a request line.
/// Body bytes given to the session and not yet consumed before the codec takes no more.
inline constexpr std::size_t kHttp1Window = 256 * 1024;

// --- HTTP/2
inline constexpr std::uint32_t kMaxConcurrentStreams = 100;
inline constexpr std::uint32_t kStreamWindow = 256 * 1024;
inline constexpr std::uint32_t kConnectionWindow = 1024 * 1024;
inline constexpr std::uint32_t kHeaderTableBytes = 4096;
/// Output that is encoded ahead of the socket; more stays in the streams' queues.
inline constexpr std::size_t kHttp2OutputBytes = 64 * 1024;
/// CONTINUATION frames for one header block.
inline constexpr std::uint32_t kMaxContinuations = 16;
/// DATA frames without payload and without END_STREAM, one after another.
inline constexpr std::uint32_t kMaxEmptyData = 100;
/// Frames that carry no request forward (PING, SETTINGS, PRIORITY, WINDOW_UPDATE, RST_STREAM,
/// unknown types): so many at once, and more for what a connection carries.
inline constexpr std::int64_t kControlFrames = 1000;
inline constexpr std::int64_t kControlFramesMost = 20'000;
inline constexpr std::int64_t kControlFramesPerStream = 20;
inline constexpr std::int64_t kControlFramesPerDataSent =
    10;  ///< Each DATA frame may be answered by WINDOW_UPDATEs.
inline constexpr std::int64_t kControlFramesPerSecond = 100;
/// Streams that the peer gives up before their answer is complete, or opens above the limit; each
/// answered one allows another.
inline constexpr std::int64_t kPrematureResets = 100;
/// Bytes of a request that came after its answer was complete before the stream is reset; a second
/// ends it, too.
inline constexpr std::size_t kLateBytes = 32 * 1024;
/// Header blocks above the limits on one connection: each costs a decompression for nothing.
inline constexpr std::uint32_t kMaxOversizedHeads = 10;

// --- Connections
/// Output waiting for the socket above which the other side is no longer read
/// (per_connection_buffer_limit_bytes).
inline constexpr std::size_t kWriteWatermark = 1024 * 1024;
/// Records encrypted ahead of the socket.
inline constexpr std::size_t kTlsOutputBytes = 128 * 1024;
/// An empty buffer larger than this gives its storage back.
inline constexpr std::size_t kKeptBufferBytes = 64 * 1024;
/// TLS sessions kept per upstream context for later connections.
inline constexpr std::size_t kClientSessions = 64;
/// Downstream connections of one worker; further ones are reset.
inline constexpr std::size_t kMaxConnections = 50'000;
/// Bytes of a connection that listener filters look at before they give up: a ClientHello.
inline constexpr std::size_t kInspectBytes = 64 * 1024;

}  // namespace lab::proxy::limits
