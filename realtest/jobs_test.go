//go:build real

package realtest

import (
	"crypto/sha256"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// A job for CI is run for an account and a settings file that are as they should be, and for
// ones that are not.
var jobCases = []struct {
	name, address, settings string
	exit                    int
}{
	{"sound", sound, settings, 0},
	{"sick", sick, strings.Replace(settings, "<socketType>SSL<", "<socketType>plain<", 1), 1},
}

// job is a runner of jobs, with a repository that has a settings file.
type job struct {
	monitor
	path string // the folders that steps have added to PATH
}

// runner makes one. What the jobs download is an archive as a release has it; mailcheck is
// nowhere else.
func runner(t *testing.T, name, settings string) job {
	t.Helper()
	m := internet.machine(t, name)
	for _, program := range []string{"bash", "curl", "python3"} {
		if _, err := exec.LookPath(program); err != nil {
			leaveOut("jobs for CI", program+" is not installed")
			t.Skip()
		}
	}
	inside := "release/mailcheck-1.2.3-linux-amd64/mailcheck"
	m.write(inside, string(must(os.ReadFile(m.dir+"/usr/bin/mailcheck"))))
	check(os.Remove(m.dir + "/usr/bin/mailcheck"))
	if out, err := exec.Command("tar", "-czf", m.dir+"/mailcheck.tar.gz", "-C", m.dir+"/release", filepath.Base(filepath.Dir(inside))).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	m.write("usr/bin/apt-get", "#!/bin/sh\n") // all is there
	m.write("repository/mail/config-v1.1.xml", strings.ReplaceAll(settings, "DOMAIN", "example.com"))
	check(os.Mkdir(m.dir+"/tmp", 0o755))
	return job{monitor: m}
}

// recipe returns a file of the page for this runner and an address.
func (j job) recipe(t *testing.T, path, address string) string {
	archive := j.dir + "/mailcheck.tar.gz"
	text := strings.NewReplacer(
		"https://example.com/mailcheck-1.2.3-linux-amd64.tar.gz", "file://"+archive,
		strings.Repeat("0", 64), fmt.Sprintf("%x", sha256.Sum256(must(os.ReadFile(archive)))),
		"/tmp/", j.dir+"/tmp/").Replace(recipe(t, path))
	return watching(text, address)
}

// step runs a script in the repository as a runner does, with these variables.
func (j job) step(shell, script string, variables ...string) (string, int) {
	j.write("script", script)
	return j.run("sh", "-c", `cd "$1" && shift && exec "$@"`, "sh", j.dir+"/repository", "env", "PATH="+os.Getenv("PATH")+j.path, "sh", "-c", strings.Join(variables, " ")+" exec "+shell+" "+j.dir+"/script")
}

// file returns what a step has left in the repository.
func (j job) file(t *testing.T, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(j.dir, "repository", name))
	if err != nil {
		t.Errorf("no step has left a file: %v", err)
	}
	return text
}

// yaml reads a document as Python does, since this module has no use for YAML.
func yaml(t *testing.T, text string, into any) {
	t.Helper()
	cmd := exec.Command("python3", "-c", "import json, sys, yaml; json.dump(yaml.safe_load(sys.stdin), sys.stdout)")
	cmd.Stdin = strings.NewReader(text)
	out, err := cmd.CombinedOutput()
	if strings.Contains(string(out), "No module named 'yaml'") {
		leaveOut("jobs for CI", "python3-yaml is not installed")
		t.Skip()
	}
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	check(json.Unmarshal(out, into))
}

// kept looks at the reports that a job has left.
func (j job) kept(t *testing.T, exit int) {
	t.Helper()
	var junit struct {
		Suites []struct {
			Tests    int `xml:"tests,attr"`
			Failures int `xml:"failures,attr"`
		} `xml:"testsuite"`
	}
	if err := xml.Unmarshal(j.file(t, "mail.xml"), &junit); err != nil || len(junit.Suites) != 1 || junit.Suites[0].Tests < 4 || min(junit.Suites[0].Failures, 1) != exit {
		t.Errorf("mail.xml: %v %+v", err, junit)
	}
	if !strings.HasPrefix(string(j.file(t, "mail.html")), "<!DOCTYPE html>") {
		t.Error("mail.html is no page")
	}
}

// workflow is the part of a workflow of GitHub Actions that its runner reads.
type workflow struct {
	Jobs map[string]struct {
		Steps []struct {
			Name, Run, If string
			Env           map[string]string
			With          struct {
				Path      string
				SARIFFile string `json:"sarif_file"`
			}
		}
	}
}

// TestGitHubJob runs the steps of the workflow as the runner of GitHub Actions does.
func TestGitHubJob(t *testing.T) {
	t.Parallel()
	for _, c := range jobCases {
		j := runner(t, "GitHub-"+c.name, c.settings)
		var w workflow
		yaml(t, j.recipe(t, ".github/workflows/mail.yml", c.address), &w)
		says := j.steps(t, w, c.exit)
		j.kept(t, c.exit)
		annotations := regexp.MustCompile(`(?m)^::error (file=mail/config-v1\.1\.xml,line=\d+,)?`).FindAllStringSubmatch(says, -1)
		if ofFile := slices.ContainsFunc(annotations, func(m []string) bool { return m[1] != "" }); (len(annotations) > 1) != (c.exit != 0) || ofFile != (c.exit != 0) {
			t.Errorf("the annotations are %q in\n%s", annotations, says)
		}
		var summary string
		for _, name := range must(filepath.Glob(j.dir + "/summary-*")) { // one of each step
			summary += string(must(os.ReadFile(name)))
		}
		if !strings.Contains(summary, "`"+c.address+"`") || !strings.Contains(summary, "config-v1.1.xml") {
			t.Errorf("the summary of the job is\n%s", summary)
		}
		if sarif := string(j.file(t, "mail.sarif")); !json.Valid([]byte(sarif)) || strings.Contains(sarif, `"uri": "mail/config-v1.1.xml"`) != (c.exit != 0) {
			t.Errorf("mail.sarif is\n%s", sarif)
		}
	}
}

// steps runs those of a workflow. All but the first fail if what they test does, and the
// others run all the same.
func (j *job) steps(t *testing.T, w workflow, want int) (says string) {
	for i, step := range w.Jobs["mail"].Steps {
		for _, name := range strings.Fields(step.With.Path + " " + step.With.SARIFFile) {
			j.file(t, name)
		}
		if i > 2 && step.If != "${{ !cancelled() }}" {
			t.Errorf("the step %q would be left out after a failure", step.Name)
		}
		if step.Run == "" {
			continue
		}
		variables := []string{"RUNNER_TEMP=" + j.dir + "/tmp", "GITHUB_PATH=" + j.dir + "/path", fmt.Sprintf("GITHUB_STEP_SUMMARY=%s/summary-%d", j.dir, i)}
		for name, value := range step.Env {
			variables = append(variables, name+"="+strings.ReplaceAll(value, "${{ secrets.MAIL_PASSWORD }}", ""))
		}
		out, exit := j.step("bash -e", step.Run, variables...)
		if installs := step.Name == "Install mailcheck"; exit != want && !installs || exit != 0 && installs {
			t.Fatalf("%s: exit code %d\n%s", step.Name, exit, out)
		}
		says += out
		j.path = ":" + strings.TrimSpace(string(must(os.ReadFile(j.dir+"/path"))))
	}
	return says
}

// gitLabJob is the part of a job that GitLab's runner reads.
type gitLabJob struct {
	Extends      string
	Variables    map[string]string
	BeforeScript []string `json:"before_script"`
	Script       []string
	Artifacts    struct {
		When    string
		Paths   []string
		Reports map[string]string
	}
}

// TestGitLabJobs runs the scripts of the jobs as GitLab's runner does.
func TestGitLabJobs(t *testing.T) {
	t.Parallel()
	for _, c := range jobCases {
		j := runner(t, "GitLab-"+c.name, c.settings)
		var jobs map[string]gitLabJob
		yaml(t, j.recipe(t, ".gitlab-ci.yml", c.address), &jobs)
		for name, job := range jobs {
			if job.Extends == "" {
				continue // it is there for the others
			}
			base := jobs[job.Extends]
			var variables []string
			for name, value := range base.Variables {
				variables = append(variables, name+"="+value)
			}
			check(os.RemoveAll(j.dir + "/tmp/mailcheck")) // each job has a container of its own
			out, exit := j.step("bash -eo pipefail", strings.Join(append(base.BeforeScript, job.Script...), "\n"), variables...)
			if exit != c.exit {
				t.Fatalf("%s: %s: exit code %d\n%s", c.name, name, exit, out)
			}
			if job.Artifacts.When != "always" {
				t.Errorf("%s: after a failure nothing is kept", name)
			}
			for _, file := range slices.AppendSeq(job.Artifacts.Paths, maps.Values(job.Artifacts.Reports)) {
				j.file(t, file)
			}
		}
		j.kept(t, c.exit)
		var issues []struct {
			Location struct{ Path string }
		}
		check(json.Unmarshal(j.file(t, "gl-code-quality-report.json"), &issues))
		if c.exit != 0 && (len(issues) == 0 || issues[0].Location.Path != "mail/config-v1.1.xml") {
			t.Errorf("the code quality report is %+v", issues)
		}
	}
}

// TestJenkinsJob runs the command of the pipeline as Jenkins does.
func TestJenkinsJob(t *testing.T) {
	t.Parallel()
	for _, c := range jobCases {
		j := runner(t, "Jenkins-"+c.name, c.settings)
		text := j.recipe(t, "Jenkinsfile", c.address)
		j.path = ":" + j.dir + "/release/mailcheck-1.2.3-linux-amd64"
		commands := regexp.MustCompile(`(?m)^ *sh '([^'\\]*)'$`).FindAllStringSubmatch(text, -1)
		if len(commands) != 1 {
			t.Fatalf("the commands are %q", commands)
		}
		if out, exit := j.step("sh -xe", commands[0][1]); exit != c.exit {
			t.Errorf("%s: exit code %d\n%s", c.name, exit, out)
		}
		j.kept(t, c.exit)
		for _, kept := range regexp.MustCompile(`(?m)^ *(?:junit|archiveArtifacts) '([^']*)'$`).FindAllStringSubmatch(text, -1) {
			j.file(t, kept[1])
		}
	}
}
