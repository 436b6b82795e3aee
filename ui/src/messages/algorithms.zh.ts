// Texts of the pages of algorithms, in Chinese.

import type { algorithms as english } from "./algorithms.en";

export const algorithms: Record<keyof typeof english, string> = {
  algorithms: "算法",
  "algorithms.about": "生命周期的 train 中可以使用的算法：预置算法和自有算法。",
  "algorithm.command": "启动命令",
  "algorithm.default": "默认值",
  "algorithm.delete": "删除",
  "algorithm.delete.effect": "将删除其文档和代码。由它产生的模型会保留。",
  "algorithm.delete.title": "删除算法 {name}？",
  "algorithm.files": "代码",
  "algorithm.how": "注册自有算法：aileron algorithm register 文件夹。方法见指南“算法”。",
  "algorithm.learns": "学习的数据",
  "algorithm.lifecycles": "使用者",
  "algorithm.offline": "下线",
  "algorithm.online": "上线",
  "algorithm.owner": "所有者",
  "algorithm.parameters": "参数",
  "algorithm.parameters.none": "没有参数。",
  "algorithm.preset": "预置",
  "algorithm.range": "取值",
  "algorithm.serves": "模型可发布为服务",
  "algorithm.tasks": "用途",
  "algorithm.unmet": "未满足的上线条件",
  "algorithm.visibility": "可见范围",
  framework: "框架",
  "visible.private": "仅所有者",
  "visible.project": "本项目",
  "visible.public": "所有人",
  "visible.preset": "所有人（预置）",
};
