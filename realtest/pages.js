// Half of realtest/pages: builds one page that shows all others in frames, each with
// axe-core in it, and judges what they found.
const fs = require('fs')
const path = require('path')

// What a page is shown in: widths in CSS pixels, and what the reader prefers.
const views = [{width: 1000, scheme: 'light'}, {width: 360, scheme: 'dark'}]

// inFrame runs in each frame.
async function inFrame(name, width) {
  const found = (await axe.run({resultTypes: ['violations', 'incomplete']}))
  const say = list => list.map(v => v.id + ': ' + v.nodes.slice(0, 3).map(n => n.html.slice(0, 200) + ' ' + n.any.map(a => a.message).join('; ')).join(' | '))
  const problems = say(found.violations)
  // What axe cannot judge alone is of no concern, but colours always are.
  problems.push(...say(found.incomplete.filter(v => v.id === 'color-contrast')))
  if (document.documentElement.scrollWidth > width) problems.push('wider than the screen: ' + document.documentElement.scrollWidth)
  const link = document.querySelector('a')
  link?.focus({focusVisible: true})
  if (link && getComputedStyle(link).outlineStyle !== 'solid') problems.push('whoever uses the keyboard does not see where he is')
  if (parseFloat(getComputedStyle(document.body).paddingLeft) !== 16) problems.push('the policy refuses the style')
  parent.postMessage({name, problems, passes: found.passes.length, back: getComputedStyle(document.body).backgroundColor}, '*')
}

// inAll runs in the page around them. Nothing else is in its body when it is done.
function inAll(count) {
  const results = []
  addEventListener('message', e => {
    results.push(e.data)
    if (results.length === count) document.body.innerText = JSON.stringify(results)
  })
}

function build(axeFile, styleFile, folder, files) {
  const axe = fs.readFileSync(axeFile, 'utf8')
  const style = fs.readFileSync(styleFile, 'utf8').replaceAll('\r\n', '\n')
  const escape = s => s.replaceAll('&', '&amp;').replaceAll('"', '&quot;')
  let frames = ''
  fs.mkdirSync(path.join(folder, 'pages'))
  for (const file of files) {
    // Golden files have no style in them.
    const page = fs.readFileSync(file, 'utf8').replace('<style></style>', () => '<style>' + style + '</style>')
    fs.writeFileSync(path.join(folder, 'pages', path.basename(file)), page)
    for (const {width, scheme} of views) {
      const name = `${path.basename(file)}, ${width} wide, ${scheme}`
      // The policy stays but for the one script.
      const script = `<script>${axe.replaceAll('</script', '<\\/script')};(${inFrame})(${JSON.stringify(name)}, ${width})</script>`
      const open = page.replace("default-src &#39;none&#39;;", "default-src 'none'; script-src 'unsafe-inline';").replace('</body>', () => script + '</body>')
      if (!open.includes("script-src 'unsafe-inline'")) throw new Error(file + ' has no policy')
      frames += `<iframe style="color-scheme: ${scheme}" width="${width}" height="4000" srcdoc="${escape(open)}"></iframe>\n`
    }
  }
  fs.writeFileSync(path.join(folder, 'all.html'), `<!DOCTYPE html><html lang="en"><meta charset="utf-8"><meta name="color-scheme" content="light dark"><title>all</title><script>(${inAll})(${files.length * views.length})</script>\n<body>${frames}</body></html>`)
}

function judge(domFile, count) {
  const dom = fs.readFileSync(domFile, 'utf8')
  const body = dom.slice(dom.indexOf('<body>') + '<body>'.length, dom.lastIndexOf('</body>'))
  if (!body.startsWith('[')) {
    console.log('the pages did not answer')
    process.exit(1)
  }
  const results = JSON.parse(body.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&nbsp;', '\u00a0').replaceAll('&amp;', '&'))
  const bad = results.filter(r => r.problems.length > 0)
  for (const r of bad) console.log(r.name + '\n  ' + r.problems.join('\n  '))
  const schemes = new Set(results.map(r => r.back))
  if (schemes.size !== 2) console.log('light and dark are the same: ' + [...schemes])
  console.log(`pages in a browser: ${count} pages in ${views.length} ways, ${bad.length} with problems`)
  process.exit(bad.length > 0 || schemes.size !== 2 ? 1 : 0)
}

const [verb, ...rest] = process.argv.slice(2)
if (verb === 'build') build(rest[0], rest[1], rest[2], rest.slice(3))
else judge(rest[0], rest[1])
