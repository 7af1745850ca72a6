package io.litestream.core.age;

import static io.litestream.core.age.AgeTestKeys.IDENTITY;
import static io.litestream.core.age.AgeTestKeys.OTHER_IDENTITY;
import static io.litestream.core.age.AgeTestKeys.OTHER_RECIPIENT;
import static io.litestream.core.age.AgeTestKeys.RECIPIENT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AgeKeysTest {

  @Test
  void readsWhatAgeKeygenWrites() {
    String file =
        """
        # created: 2026-11-25T10:38:29Z
        # public key: %s
        %s

        \t%s\r
        """
            .formatted(RECIPIENT, IDENTITY, OTHER_IDENTITY);

    assertThat(AgeKeys.identitiesIn(file)).containsExactly(IDENTITY, OTHER_IDENTITY);
    assertThat(AgeKeys.recipientsIn(RECIPIENT + "\n" + OTHER_RECIPIENT))
        .containsExactly(RECIPIENT, OTHER_RECIPIENT);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "age1",
        "age1pq1xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIH",
        "AGE158YREUKG5UTSSTDJL5VTJWQUMT7X9A8CVFRUFD48HAE2PEVDVPKSRHCFHF",
        "age158yreukg5utsstdjl5vtjwqumt7x9a8cvfrufd48hae2pevdvpksrhcfh",
        "age158yreukg5utsstdjl5vtjwqumt7x9a8cvfrufd48hae2pevdvpksrhcfhg",
        "age1 58yreukg5utsstdjl5vtjwqumt7x9a8cvfrufd48hae2pevdvpksrhcfhf",
        "age1ÄÖÜ",
        "no key"
      })
  void refusesWhatIsNoRecipient(String text) {
    assertThatThrownBy(() -> AgeKeys.recipientsIn(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no age recipient");
    assertThatThrownBy(() -> new AgeKeys(List.of(text), List.of()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void refusesWhatIsNoIdentityAndTellsNothingOfIt() {
    String cut = IDENTITY.substring(0, IDENTITY.length() - 1);
    String mistyped = IDENTITY.replace("XJMU", "XJMX");
    for (String text :
        List.of(cut, mistyped, IDENTITY.toLowerCase(Locale.ROOT), IDENTITY + " " + IDENTITY)) {
      assertThatThrownBy(() -> AgeKeys.identitiesIn(text))
          .isInstanceOf(IllegalArgumentException.class)
          .hasNoCause()
          .hasMessageContaining("no age identity")
          .hasMessageNotContaining(text.substring(20, 40));
    }
  }

  @Test
  void anEmptyTextHoldsNoKey() {
    assertThatThrownBy(() -> AgeKeys.recipientsIn("# nothing\n"))
        .hasMessage("holds no recipient (age1…)");
    assertThatThrownBy(() -> AgeKeys.identitiesIn(""))
        .hasMessage("holds no identity (AGE-SECRET-KEY-1…)");
  }

  @Test
  void tellsKeysThatStandInEachOthersPlaceApart() {
    assertThatThrownBy(() -> AgeKeys.recipientsIn(IDENTITY))
        .hasMessageContaining("holds a private key")
        .hasMessageNotContaining(IDENTITY.substring(16, 30));
    assertThatThrownBy(() -> AgeKeys.identitiesIn(RECIPIENT))
        .hasMessageContaining("holds a recipient");
  }

  @Test
  void neverShowsAnIdentity() {
    assertThat(AgeTestKeys.BOTH).hasToString("AgeKeys[recipients=1, identities=1]");
  }
}
