class Mailcheck < Formula
  desc "Find and test the settings of a mail account"
  homepage "@HOMEPAGE@"
  version "@VERSION@"
  license "MIT"

  on_macos do
    on_arm do
      url "@DOWNLOADS@/mailcheck-@VERSION@-darwin-arm64.tar.gz"
      sha256 "@SHA256_DARWIN_ARM64@"
    end
    on_intel do
      url "@DOWNLOADS@/mailcheck-@VERSION@-darwin-amd64.tar.gz"
      sha256 "@SHA256_DARWIN_AMD64@"
    end
  end

  on_linux do
    on_arm do
      url "@DOWNLOADS@/mailcheck-@VERSION@-linux-arm64.tar.gz"
      sha256 "@SHA256_LINUX_ARM64@"
    end
    on_intel do
      url "@DOWNLOADS@/mailcheck-@VERSION@-linux-amd64.tar.gz"
      sha256 "@SHA256_LINUX_AMD64@"
    end
  end

  def install
    bin.install "mailcheck"
    man1.install Dir["man/*.1"]
    bash_completion.install "completions/mailcheck.bash" => "mailcheck"
    fish_completion.install "completions/mailcheck.fish"
    zsh_completion.install "completions/_mailcheck"
  end

  test do
    assert_match version.to_s, shell_output("#{bin}/mailcheck version")
  end
end
