/* The fan-week in C. Rules in __init__.py of this folder.

   fan_week_addressed and fan_week_cheap are plain C: one pass over the fans, one fan after the other. fan_week_tiled
   is C that knows every trick of our kernel: tiles of fans, in three passes, ties filed by how many a fan has, and
   neighbours asked for ahead.
   fan_week_addressed and fan_week_tiled draw from the same addresses as Limelight's dice (Philox4x32-10), fan_week_cheap from the
   cheapest noise that passes for good: one splitmix64 hash a fan. All bend a uniform number to a normal one with the
   same polynomials (Giles 2012, "Approximating the erfinv function"; logarithm of Moshier's Cephes). */

#include <math.h>
#include <stdint.h>
#include <string.h>

typedef struct {
    float persistence, push, pull, noise, speed, kept, chance_at_rest, chance_per_attachment, luck;
} Numbers;

static inline float from_bits(uint32_t bits) { float x; memcpy(&x, &bits, 4); return x; }
static inline uint32_t to_bits(float x) { uint32_t bits; memcpy(&bits, &x, 4); return bits; }

/* The middle of one of 2^23 equal cells between 0 and 1. */
static inline float to_uniform(uint32_t word) { return (from_bits((word >> 9) | 0x3F800000u) - 1.0f) + 0x1p-24f; }

static inline float polynomial(float x, const float c[9]) {
    float y = c[8];
    for (int power = 7; power >= 0; power--) y = y * x + c[power];
    return y;
}

static const float NEAR[9] = {1.50140941f, 0.246640727f, -0.00417768164f, -0.00125372503f, 0.00021858087f,
                              -4.39150654e-06f, -3.5233877e-06f, 3.43273939e-07f, 2.81022636e-08f};
static const float AWAY[9] = {2.83297682f, 1.00167406f, 0.00943887047f, -0.0076224613f, 0.00573950773f,
                              -0.00367342844f, 0.00134934322f, 0.000100950558f, -0.000200214257f};
static const float LOGARITHM[9] = {3.3333331174e-1f, -2.4999993993e-1f, 2.0000714765e-1f, -1.6668057665e-1f,
                                   1.4249322787e-1f, -1.2420140846e-1f, 1.1676998740e-1f, -1.1514610310e-1f,
                                   7.0376836292e-2f};

static inline float to_normal(float u) {
    float x = (u - 0.5f) * 2.0f;
    uint32_t bits = to_bits((1.0f - x) * (1.0f + x)) - 0x3F3504F3u;
    float doublings = (float)((int32_t)bits >> 23);
    float f = from_bits((bits & 0x007FFFFFu) + 0x3F3504F3u) - 1.0f;
    float w = -(doublings * 0.693147181f + (f + f * f * (f * polynomial(f, LOGARITHM) - 0.5f)));
    float slope = w < 5.0f ? polynomial(w - 2.5f, NEAR) : polynomial(sqrtf(w) - 3.0f, AWAY);
    return 1.41421356f * x * slope;
}

static inline void philox(uint32_t k0, uint32_t k1, uint64_t fan, uint32_t week, uint32_t *first, uint32_t *second) {
    uint32_t c0 = (uint32_t)fan, c1 = (uint32_t)(fan >> 32), c2 = week, c3 = 0;
    for (int round = 0; round < 10; round++) {
        uint64_t a = 0xD2511F53ull * c0, b = 0xCD9E8D57ull * c2;
        c0 = (uint32_t)(b >> 32) ^ c1 ^ k0;
        c2 = (uint32_t)(a >> 32) ^ c3 ^ k1;
        c1 = (uint32_t)b;
        c3 = (uint32_t)a;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    *first = c0;
    *second = c1;
}

static inline void splitmix(uint64_t key, uint64_t fan, uint32_t week, uint32_t *first, uint32_t *second) {
    uint64_t z = (key ^ ((uint64_t)week << 40)) + (fan + 1) * 0x9E3779B97F4A7C15ull;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
    z ^= z >> 31;
    *first = (uint32_t)(z >> 32);
    *second = (uint32_t)z;
}

/* What a fan does once the neighbours are gathered and luck is thrown. */
#define LIVE(AROUND, NORMAL, UNIFORM)                                                                                 \
    const uint16_t g = group[i];                                                                                      \
    const float exposure = hours[i] * ideal[g];                                                                       \
    float felt = home[i] + n.persistence * (now[i] - home[i]) + n.push * susceptibility[i] * exposure;                \
    felt += n.pull * ((AROUND) - now[i]);                                                                             \
    felt += n.luck * n.noise * (NORMAL);                                                                              \
    after[i] = felt;                                                                                                  \
    const float attached = attachment[i] + n.speed * (presence[g] - attachment[i]);                                   \
    attachment[i] = attached;                                                                                         \
    const float chance = n.chance_at_rest + n.chance_per_attachment * attached;                                       \
    const float shares = 0.5f + n.luck * ((UNIFORM) - 0.5f) < chance ? 1.0f : 0.0f;                                   \
    records[i] = n.kept * records[i] + shares;                                                                        \
    sums[3 * g] += felt;                                                                                              \
    sums[3 * g + 1] += attached;                                                                                      \
    sums[3 * g + 2] += shares;

#define ARGUMENTS                                                                                                     \
    int64_t fans, const uint32_t *restrict offsets, const uint16_t *restrict seats, const uint32_t *restrict targets, \
        const uint16_t *restrict group, const float *restrict hours, const float *restrict susceptibility,            \
        const float *restrict home, const float *restrict now, float *restrict after, float *restrict attachment,     \
        float *restrict records, const float *restrict ideal, const float *restrict presence, double *restrict sums,  \
        uint32_t key0, uint32_t key1, uint32_t week, const Numbers *restrict numbers

#define FAN_WEEK(NAME, DRAW)                                                                                          \
    void NAME(ARGUMENTS) {                                                                                            \
        const Numbers n = *numbers;                                                                                   \
        for (int64_t i = 0; i < fans; i++) {                                                                          \
            float around = 0.0f;                                                                                      \
            for (uint32_t place = offsets[i]; place < offsets[i + 1]; place++) around += now[targets[place]];         \
            around /= (float)(offsets[i + 1] - offsets[i]);                                                           \
            uint32_t first, second;                                                                                   \
            DRAW;                                                                                                     \
            LIVE(around, to_normal(to_uniform(first)), to_uniform(second))                                            \
        }                                                                                                             \
    }

FAN_WEEK(fan_week_addressed, philox(key0, key1, (uint64_t)i, week, &first, &second))
FAN_WEEK(fan_week_cheap, splitmix(((uint64_t)key1 << 32) | key0, (uint64_t)i, week, &first, &second))

enum { TILE = 1024, AHEAD = 64, FAR = 300000 };

void fan_week_tiled(ARGUMENTS) {
    const Numbers n = *numbers;
    const uint32_t last = offsets[fans] - 1;
    float around[TILE], normal[TILE], uniform[TILE];
    for (int64_t start = 0; start < fans; start += TILE) {
        const int64_t size = fans - start < TILE ? fans - start : TILE;
        for (int64_t k = 0; k < size; k++) {
            const uint32_t begin = offsets[start + k], end = offsets[start + k + 1];
            float total = 0.0f;
            for (uint32_t place = begin; place < end; place++) {
                if (fans > FAR) __builtin_prefetch(&now[targets[place + AHEAD < last ? place + AHEAD : last]]);
                total += now[targets[place]];
            }
            around[seats[start + k]] = total / (float)(end - begin);
        }
        for (int64_t k = 0; k < size; k++) {
            uint32_t first, second;
            philox(key0, key1, (uint64_t)(start + k), week, &first, &second);
            normal[k] = to_normal(to_uniform(first));
            uniform[k] = to_uniform(second);
        }
        for (int64_t k = 0; k < size; k++) {
            const int64_t i = start + k;
            LIVE(around[k], normal[k], uniform[k])
        }
    }
}
