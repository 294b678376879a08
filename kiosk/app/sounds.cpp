#include "kiosk/app/sounds.h"

#include <SDL.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <vector>

namespace kiosk::app {
namespace {

constexpr int rate_hz = 22'050;

struct Tone {
  double hz;
  int ms;
};

/// Rising means good, the same tone again means "mind this": told apart without words.
std::vector<Tone> tones_of(journeys::Sound sound) {
  switch (sound) {
    case journeys::Sound::card_read:
      return {{880, 90}};
    case journeys::Sound::done:
      return {{660, 110}, {880, 110}, {1320, 160}};
    case journeys::Sound::take_card:
      return {{988, 140}, {0, 90}, {988, 140}, {0, 90}, {988, 200}};
    case journeys::Sound::attention:
      return {{523, 200}, {0, 100}, {523, 200}};
  }
  return {};
}

std::vector<std::int16_t> samples_of(const std::vector<Tone>& tones) {
  std::vector<std::int16_t> samples;
  for (const Tone& tone : tones) {
    const int count = rate_hz * tone.ms / 1000;
    for (int i = 0; i < count; ++i) {
      // Softened at both ends, so that it does not click.
      const double edge = std::min({1.0, i / 200.0, (count - i) / 200.0});
      const double wave = std::sin(2 * std::numbers::pi * tone.hz * i / rate_hz);
      samples.push_back(static_cast<std::int16_t>(9000 * edge * wave));
    }
  }
  return samples;
}

}  // namespace

struct Sounds::Device {
  SDL_AudioDeviceID id = 0;
};

Sounds::Sounds() : device_(std::make_unique<Device>()) {
  if (SDL_InitSubSystem(SDL_INIT_AUDIO) != 0) return;
  SDL_AudioSpec wanted{};
  wanted.freq = rate_hz;
  wanted.format = AUDIO_S16SYS;
  wanted.channels = 1;
  wanted.samples = 1024;
  device_->id = SDL_OpenAudioDevice(nullptr, 0, &wanted, nullptr, 0);
  if (device_->id != 0) SDL_PauseAudioDevice(device_->id, 0);
}

Sounds::~Sounds() {
  if (device_->id != 0) SDL_CloseAudioDevice(device_->id);
}

void Sounds::play(journeys::Sound sound) {
  if (device_->id == 0) return;
  const std::vector<std::int16_t> samples = samples_of(tones_of(sound));
  SDL_ClearQueuedAudio(device_->id);
  SDL_QueueAudio(device_->id, samples.data(),
                 static_cast<Uint32>(samples.size() * sizeof(std::int16_t)));
}

}  // namespace kiosk::app
