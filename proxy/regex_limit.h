#pragma once

namespace lab::proxy {

/// The largest program that an expression may compile to from now on, in RE2's instructions:
/// Envoy's runtime key re2.max_program_size.error_level. 100 by default, as Envoy.
void set_max_regex_program(int size);

}  // namespace lab::proxy
