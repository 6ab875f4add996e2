// Command esc-oracle answers with the real Pulumi ESC evaluator what this sandbox's own evaluator is compared with.
// It reads {"cases": [...]} as JSON on stdin and writes one JSON array of results, in the same order.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/hashicorp/hcl/v2"
	"github.com/pulumi/esc"
	"github.com/pulumi/esc/ast"
	"github.com/pulumi/esc/eval"
	"github.com/pulumi/esc/schema"
	"github.com/pulumi/esc/syntax"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

type testCase struct {
	// Action is open, check, rotate, encrypt or decrypt.
	Action       string            `json:"action"`
	Name         string            `json:"name"`
	Text         string            `json:"text"`
	ShowSecrets  bool              `json:"showSecrets"`
	Environments map[string]string `json:"environments"`
	// Paths are what to rotate; none means all.
	Paths []string `json:"paths"`
}

type diagnostic struct {
	Range    *esc.Range `json:"range,omitempty"`
	Summary  string     `json:"summary"`
	Detail   string     `json:"detail,omitempty"`
	Severity string     `json:"severity"`
	Path     string     `json:"path,omitempty"`
}

type rotation struct {
	Path   string `json:"path"`
	Status string `json:"status"`
}

type result struct {
	Rotations            []rotation        `json:"rotations,omitempty"`
	Environment          *esc.Environment  `json:"environment,omitempty"`
	EnvironmentVariables map[string]string `json:"environmentVariables,omitempty"`
	Diagnostics          []diagnostic      `json:"diagnostics"`
	Text                 string            `json:"text,omitempty"`
	Error                string            `json:"error,omitempty"`
}

const cipherPrefix = "test"

// prefixCrypter is reversible and readable on purpose: the comparison is about documents, not about secrecy.
type prefixCrypter struct{}

func (prefixCrypter) Encrypt(_ context.Context, plaintext []byte) ([]byte, error) {
	return append([]byte(cipherPrefix), plaintext...), nil
}

func (prefixCrypter) Decrypt(_ context.Context, ciphertext []byte) ([]byte, error) {
	plaintext, found := bytes.CutPrefix(ciphertext, []byte(cipherPrefix))
	if !found {
		return nil, errors.New("not encrypted by the test")
	}
	return plaintext, nil
}

// turnRotator is made for the comparison, and its like is in test/esc/turn-rotator.ts: what it does depends on its
// inputs and state alone.
type turnRotator struct{}

func (turnRotator) Schema() (inputs, state, outputs *schema.Schema) {
	inputs = schema.Record(schema.BuilderMap{
		"user": schema.String(),
		"manager": schema.Record(schema.BuilderMap{
			"name":     schema.String(),
			"password": schema.String(),
		}),
	}).RotateOnly("manager").Schema()
	state = schema.Record(schema.BuilderMap{"current": schema.String(), "previous": schema.String()}).Schema()
	return inputs, state, schema.Always()
}

func (turnRotator) Open(_ context.Context, inputs, state map[string]esc.Value, _ esc.EnvExecContext) (esc.Value, error) {
	output := map[string]esc.Value{"user": esc.NewValue(inputs["user"].Value.(string))}
	for key, value := range state {
		output[key] = esc.NewSecret(value.Value.(string))
	}
	return esc.NewValue(output), nil
}

func (turnRotator) Rotate(_ context.Context, inputs, state map[string]esc.Value, _ esc.EnvExecContext) (esc.Value, error) {
	manager := inputs["manager"].Value.(map[string]esc.Value)
	password := manager["password"].Value.(string)
	if password == "wrong" {
		return esc.Value{}, errors.New("the manager was refused")
	}
	current := ""
	if state != nil {
		current = state["current"].Value.(string)
	}
	return esc.NewValue(map[string]esc.Value{
		"current":  esc.NewSecret(current + "+" + password),
		"previous": esc.NewSecret(current),
	}), nil
}

type noProviders struct{}

func (noProviders) LoadProvider(_ context.Context, name string) (esc.Provider, error) {
	return nil, fmt.Errorf("provider %q is not available", name)
}

func (noProviders) LoadRotator(_ context.Context, name string) (esc.Rotator, error) {
	if name == "turn" {
		return turnRotator{}, nil
	}
	return nil, fmt.Errorf("rotator %q is not available", name)
}

type environments map[string]string

func (e environments) LoadEnvironment(_ context.Context, name string) ([]byte, eval.Decrypter, error) {
	text, found := e[name]
	if !found {
		return nil, nil, errors.New("not found")
	}
	return []byte(text), prefixCrypter{}, nil
}

func convert(diags syntax.Diagnostics) []diagnostic {
	converted := []diagnostic{}
	for _, d := range diags {
		severity := "error"
		if d.Severity == hcl.DiagWarning {
			severity = "warning"
		}
		var at *esc.Range
		if s := d.Subject; s != nil {
			at = &esc.Range{
				Environment: s.Filename,
				Begin:       esc.Pos{Line: s.Start.Line, Column: s.Start.Column, Byte: s.Start.Byte},
				End:         esc.Pos{Line: s.End.Line, Column: s.End.Column, Byte: s.End.Byte},
			}
		}
		converted = append(converted, diagnostic{at, d.Summary, d.Detail, severity, d.Path})
	}
	return converted
}

func evaluate(
	ctx context.Context,
	c testCase,
	env *ast.EnvironmentDecl,
) (*esc.Environment, eval.RotationResult, syntax.Diagnostics) {
	execContext, err := esc.NewExecContext(map[string]esc.Value{
		"pulumi": esc.NewValue(map[string]esc.Value{
			"user": esc.NewValue(map[string]esc.Value{"login": esc.NewValue("tester")}),
		}),
	})
	if err != nil {
		panic(err)
	}
	loader := environments(c.Environments)
	crypter, providers := prefixCrypter{}, noProviders{}
	switch c.Action {
	case "check":
		checked, diags := eval.CheckEnvironment(ctx, c.Name, env, crypter, providers, loader, execContext, c.ShowSecrets)
		return checked, nil, diags
	case "rotate":
		paths := []resource.PropertyPath{}
		for _, text := range c.Paths {
			path, err := resource.ParsePropertyPath(text)
			if err != nil {
				panic(err)
			}
			paths = append(paths, path)
		}
		return eval.RotateEnvironment(ctx, c.Name, env, crypter, providers, loader, execContext, paths)
	}
	opened, diags := eval.EvalEnvironment(ctx, c.Name, env, crypter, providers, loader, execContext)
	return opened, nil, diags
}

// writeBack does what a service does with the states of a rotation.
func writeBack(ctx context.Context, c testCase, rotated eval.RotationResult) (string, error) {
	text, err := eval.ApplyValuePatches([]byte(c.Text), rotated.Patches())
	if err != nil {
		return "", err
	}
	text, err = eval.EncryptSecrets(ctx, c.Name, text, prefixCrypter{})
	return string(text), err
}

func run(ctx context.Context, c testCase) (r result) {
	r.Diagnostics = []diagnostic{}
	defer func() {
		if p := recover(); p != nil {
			r.Error = fmt.Sprintf("panic: %v", p)
		}
	}()
	switch c.Action {
	case "encrypt", "decrypt":
		rewrite := func() ([]byte, error) { return eval.EncryptSecrets(ctx, c.Name, []byte(c.Text), prefixCrypter{}) }
		if c.Action == "decrypt" {
			rewrite = func() ([]byte, error) { return eval.DecryptSecrets(ctx, c.Name, []byte(c.Text), prefixCrypter{}) }
		}
		text, err := rewrite()
		if err != nil {
			r.Error = err.Error()
		}
		r.Text = string(text)
		return r
	}
	env, diags, err := eval.LoadYAMLBytes(c.Name, []byte(c.Text))
	if err != nil {
		r.Error = err.Error()
		return r
	}
	if !diags.HasErrors() {
		evaluated, rotated, evalDiags := evaluate(ctx, c, env)
		diags.Extend(evalDiags...)
		for _, each := range rotated {
			r.Rotations = append(r.Rotations, rotation{each.Path, string(each.Status)})
		}
		if c.Action == "rotate" {
			if r.Text, err = writeBack(ctx, c, rotated); err != nil {
				r.Error = err.Error()
			}
		}
		r.Environment = evaluated
		if evaluated != nil {
			r.EnvironmentVariables = map[string]string{}
			for k, v := range evaluated.GetEnvironmentVariables() {
				r.EnvironmentVariables[k] = v.ToString(false)
			}
		}
	}
	r.Diagnostics = convert(diags)
	return r
}

func main() {
	var input struct {
		Cases []testCase `json:"cases"`
	}
	if err := json.NewDecoder(os.Stdin).Decode(&input); err != nil {
		fmt.Fprintln(os.Stderr, "reading the cases:", err)
		os.Exit(1)
	}
	results := make([]json.RawMessage, len(input.Cases))
	for i, c := range input.Cases {
		encoded, err := json.Marshal(run(context.Background(), c))
		if err != nil {
			// The evaluator accepts values that have no JSON form (.inf, .nan); a service could not answer them.
			encoded, _ = json.Marshal(result{Diagnostics: []diagnostic{}, Error: err.Error()})
		}
		results[i] = encoded
	}
	if err := json.NewEncoder(os.Stdout).Encode(results); err != nil {
		fmt.Fprintln(os.Stderr, "writing the results:", err)
		os.Exit(1)
	}
}
